namespace Delg.GlobalIndex.Exact.Codes;

/// <summary>A row that may be among the best of a query.</summary>
/// <param name="Chunk">Its chunk's place in the snapshot.</param>
/// <param name="Row">Its place there.</param>
/// <param name="UpperBound">Its similarity is no more than this.</param>
internal readonly record struct Candidate(int Chunk, int Row, float UpperBound);
