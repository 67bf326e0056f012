namespace Delg.Cli.Bench.Verify;

/// <summary>How long the server goes on working for a call that its client has cancelled.</summary>
/// <param name="Calls">Calls that were cancelled in the middle of their work.</param>
/// <param name="MedianMs">From the client's cancellation to the end of the work on the server, over gRPC on loopback.</param>
/// <param name="WorstMs">The longest of them.</param>
internal sealed record CancelTimes(int Calls, double MedianMs, double WorstMs);
