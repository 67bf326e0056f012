using Delg.V1;

namespace Delg.Cli.Evaluate;

/// <summary>How answers are ordered.</summary>
/// <param name="Depth">Candidates verified for each query, at least 1.</param>
/// <param name="FusionWeight">What a fully verified candidate gains in fused order, cosine similarity.</param>
/// <param name="FusionCap">Effective inliers from which more count for nothing more.</param>
/// <param name="Verification">Settings of the fused methods; the published one takes the published preset.</param>
internal sealed record RankingSettings(int Depth, double FusionWeight, int FusionCap, VerificationOptions Verification);
