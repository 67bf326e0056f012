namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>
/// Dot products of a few rounded candidate descriptors (rows) with <see cref="DotPanels.Width"/> rounded query descriptors (lanes). Everything is
/// counted modulo 2¹⁶, which loses nothing because no product of two rounded descriptors leaves 16 bits: all implementations give the same numbers.
/// </summary>
internal unsafe interface IDotKernel
{
    /// <summary>Candidate descriptors a tile takes.</summary>
    public static abstract int Rows { get; }

    /// <summary>Fills the tile.</summary>
    /// <param name="rows">Two signed components, twice in a word, of pair p of row r at [p · Rows + r].</param>
    /// <param name="starts">What each row's sums start from: minus the lanes' offset times the row's sum.</param>
    /// <param name="panel">Two components of pair p of lane l, each raised by the offset, at [(p · Width + l) · 2]; 64-byte aligned.</param>
    /// <param name="pairs">Pairs of components.</param>
    /// <param name="tile">Product of row r and lane l at [r · Width + l], 64-byte aligned.</param>
    public static abstract void Multiply(uint* rows, short* starts, byte* panel, int pairs, short* tile);
}
