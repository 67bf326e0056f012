using Delg.Evaluation.Protocols;

namespace Delg.Cli.Evaluate;

/// <summary>What came of all methods.</summary>
/// <param name="Methods">Scores by the name of the method, in the order of the report.</param>
/// <param name="VerifyMs">Mean time of one verification on one thread, milliseconds, by the name of the method.</param>
internal sealed record RankingOutcome(IReadOnlyDictionary<string, MethodScores> Methods, IReadOnlyDictionary<string, double> VerifyMs);
