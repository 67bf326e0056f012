namespace Delg.LocalVerifier.Geometry;

/// <summary>A sequence of samples fixed by its seed, the same on every machine and runtime (SplitMix64: Steele, Lea, Flood, OOPSLA 2014).</summary>
internal struct SampleSequence(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Three different indices below <paramref name="count"/>, which is at least 3.</summary>
    public (int I, int J, int K) NextThree(int count)
    {
        var i = NextBelow(count);
        var j = NextBelow(count - 1);
        if (j >= i)
            j++;
        var k = NextBelow(count - 2);
        var (low, high) = i < j ? (i, j) : (j, i);
        if (k >= low)
            k++;
        if (k >= high)
            k++;
        return (i, j, k);
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
