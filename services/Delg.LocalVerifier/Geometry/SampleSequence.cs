namespace Delg.LocalVerifier.Geometry;

/// <summary>A sequence of samples fixed by its seed, the same on every machine and runtime (SplitMix64: Steele, Lea, Flood, OOPSLA 2014).</summary>
internal struct SampleSequence(ulong seed)
{
    /// <summary>Indices of a sample at most.</summary>
    public const int MostIndices = 4;

    private ulong _state = seed;

    /// <summary>Fills the span with different indices below <paramref name="count"/>, which is at least its length.</summary>
    public void Next(Span<int> indices, int count)
    {
        Span<int> ascending = stackalloc int[MostIndices];
        for (var drawn = 0; drawn < indices.Length; drawn++)
        {
            // One of those not drawn yet: step over each one that was and lies at or below.
            var index = NextBelow(count - drawn);
            var place = 0;
            for (; place < drawn && index >= ascending[place]; place++)
                index++;
            indices[drawn] = index;
            for (var i = drawn; i > place; i--)
                ascending[i] = ascending[i - 1];
            ascending[place] = index;
        }
    }

    // The high half of a 64 × 32 bit product: even to within 2⁻³².
    private int NextBelow(int count) => (int)(((Next() >> 32) * (ulong)count) >> 32);

    private ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
