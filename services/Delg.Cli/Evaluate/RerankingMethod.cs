using Delg.Gateway.Ranking;
using Delg.LocalVerifier;
using Delg.V1;

namespace Delg.Cli.Evaluate;

/// <summary>One way of re-ranking.</summary>
/// <param name="Name">As in the report.</param>
/// <param name="Encoding">How local descriptors are held and compared.</param>
/// <param name="Verification">How pairs are matched and verified.</param>
/// <param name="Rule">How answers are ordered.</param>
internal sealed record RerankingMethod(string Name, DescriptorEncoding Encoding, VerificationSettings Verification, RankingRule Rule);
