namespace Delg.Gateway.Ranking;

/// <summary>A candidate in its place.</summary>
/// <param name="Index">Where it was in the list that was ranked, from 0.</param>
/// <param name="Score">What it was ranked by.</param>
public readonly record struct RankedCandidate(int Index, float Score);
