namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>The query descriptors of one panel and what is known of their nearest rows.</summary>
internal unsafe struct HammingScanLanes
{
    /// <summary>Number of the first lane's query feature.</summary>
    public int First;

    /// <summary>A panel of <see cref="HammingPlanes"/>; 64-byte aligned.</summary>
    public byte* Panel;

    /// <summary>What every distance is counted from, <see cref="Avx512HammingCounters.Start"/>: a plane each counter; 64-byte aligned.</summary>
    public byte* Starts;

    /// <summary>Least counters so far, at first all ones: <see cref="Avx512HammingCounters.Planes"/> planes; 64-byte aligned.</summary>
    public byte* Nearest;

    /// <summary>Number of the tile of rows that they come from, a value a lane.</summary>
    public int* Tiles;

    /// <summary>Room for <see cref="Avx512HammingCounters.TileBytes"/>; 64-byte aligned.</summary>
    public byte* Tile;
}
