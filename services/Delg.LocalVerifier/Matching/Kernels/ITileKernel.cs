namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>
/// Similarities of a few candidate features (rows) with <see cref="DescriptorPanels.Width"/> query features (lanes). All implementations of
/// one encoding give the same bits: floats are summed over components in ascending order with one fused multiply-add each, integers are exact.
/// </summary>
internal unsafe interface ITileKernel
{
    /// <summary>Candidate features a tile takes.</summary>
    public static abstract int Rows { get; }

    /// <summary>Fills the tile.</summary>
    /// <param name="rows">Word w of row r at [w · Rows + r].</param>
    /// <param name="panel">Word w of lane l at [w · Width + l], 64-byte aligned.</param>
    /// <param name="words">Words a feature.</param>
    /// <param name="tile">Similarity of row r and lane l at [r · Width + l], 64-byte aligned; larger is nearer.</param>
    public static abstract void Multiply(uint* rows, uint* panel, int words, float* tile);
}
