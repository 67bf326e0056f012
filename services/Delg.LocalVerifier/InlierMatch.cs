namespace Delg.LocalVerifier;

/// <summary>One inlier match.</summary>
/// <param name="Query">Position in the query.</param>
/// <param name="Candidate">Position in the candidate.</param>
/// <param name="Distance">Descriptor distance: L2 for FLOAT32 and INT8, Hamming bits for BINARY.</param>
public readonly record struct InlierMatch(ImagePoint Query, ImagePoint Candidate, float Distance);
