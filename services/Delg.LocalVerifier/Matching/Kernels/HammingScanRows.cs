namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>Candidate descriptors of a scan and what is known of their nearest lanes; arrays with a value a row.</summary>
internal unsafe struct HammingScanRows
{
    /// <summary>How many.</summary>
    public int Count;

    /// <summary>Number of the first.</summary>
    public int First;

    /// <summary>Where their planes lie: <see cref="Avx512HammingCounters.Places"/> a row, from <see cref="Avx512HammingCounters.Locate"/>.</summary>
    public ushort* Places;

    /// <summary>Counter of the nearest lane so far, <see cref="Avx512HammingCounters.None"/> without one; null: nobody asks for nearest lanes.</summary>
    public byte* Nearest;

    /// <summary>Number of that lane's query feature.</summary>
    public int* Query;
}
