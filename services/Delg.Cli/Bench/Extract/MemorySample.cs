namespace Delg.Cli.Bench.Extract;

/// <summary>The process's memory at one time.</summary>
/// <param name="Images">Pictures extracted by then.</param>
/// <param name="ResidentMb">Memory in use, 2^20 bytes.</param>
internal sealed record MemorySample(int Images, double ResidentMb);
