using Delg.LocalVerifier.Matching;
using Delg.V1;

namespace Delg.LocalVerifier.Service;

/// <summary>One query and what it is held against, checked.</summary>
/// <param name="Collection">Where stored candidates are.</param>
/// <param name="Features">The query's features.</param>
/// <param name="Candidates">Stored ones by name, inline ones with their features.</param>
/// <param name="Settings">How to verify.</param>
/// <param name="StopAt">When to stop and answer what is there, UTC; null: all or nothing.</param>
internal sealed record CandidateQuery(
    string Collection, FeatureSet Features, IReadOnlyList<VerificationCandidate> Candidates, VerificationSettings Settings, DateTime? StopAt = null);
