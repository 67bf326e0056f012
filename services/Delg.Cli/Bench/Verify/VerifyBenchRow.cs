namespace Delg.Cli.Bench.Verify;

/// <summary>One measurement.</summary>
/// <param name="Encoding">float32, int8 or binary: of query and candidates.</param>
/// <param name="TruePercent">Features of a candidate that show what the query shows, in percent.</param>
/// <param name="Store">Where candidates come from: memory, sqlite or redis.</param>
/// <param name="Concurrency">Queries at once.</param>
/// <param name="Candidates">Candidates of a query.</param>
/// <param name="Features">Features of each image.</param>
/// <param name="MsPerQuery">Wall-clock time of a query, its median; of several at once, of all of them divided by their number.</param>
/// <param name="TimesMemory">That time over the time of candidates in memory in the same round, its median over all rounds.</param>
/// <param name="AllocatedBytesPerQuery">Memory asked of the runtime for one query, the request's own messages not counted.</param>
/// <param name="Verified">Candidates found to show the same thing.</param>
internal sealed record VerifyBenchRow(
    string Encoding, int TruePercent, string Store, int Concurrency, int Candidates, int Features, double MsPerQuery, double TimesMemory,
    long AllocatedBytesPerQuery, int Verified);
