namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>
/// Hamming distances of a few candidate descriptors (rows) from <see cref="HammingPanels.Width"/> query descriptors (lanes), four bits at a time: a
/// row's half byte chooses the table that says how many bits of each lane's half byte differ from it.
/// </summary>
internal unsafe interface IHammingKernel
{
    /// <summary>Candidate descriptors a tile takes.</summary>
    public static abstract int Rows { get; }

    /// <summary>Fills the tile.</summary>
    /// <param name="rows">Where the table of half byte h of row r begins, bytes, at [h · Rows + r].</param>
    /// <param name="tables">See <see cref="HammingTables"/>; 64-byte aligned.</param>
    /// <param name="panel">Half byte h of lane l at [h · Width + l], 64-byte aligned.</param>
    /// <param name="halves">Half bytes of a descriptor, at most <see cref="HammingTables.MostHalves"/>.</param>
    /// <param name="tile">Distance of row r from lane l, bits, at [r · Width + l], 64-byte aligned.</param>
    public static abstract void Count(ushort* rows, byte* tables, byte* panel, int halves, byte* tile);
}
