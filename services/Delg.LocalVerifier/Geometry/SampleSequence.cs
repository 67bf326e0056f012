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
        // Each is one of those not drawn yet: it steps over those that were, in ascending order.
        var a = NextBelow(count);
        indices[0] = a;
        if (indices.Length == 1)
            return;
        var b = NextBelow(count - 1);
        b += b >= a ? 1 : 0;
        indices[1] = b;
        if (indices.Length == 2)
            return;
        var (low, high) = (Math.Min(a, b), Math.Max(a, b));
        var c = NextBelow(count - 2);
        c += c >= low ? 1 : 0;
        c += c >= high ? 1 : 0;
        indices[2] = c;
        if (indices.Length == 3)
            return;
        var d = NextBelow(count - 3);
        d += d >= Math.Min(low, c) ? 1 : 0;
        d += d >= Math.Max(low, Math.Min(high, c)) ? 1 : 0;
        d += d >= Math.Max(high, c) ? 1 : 0;
        indices[3] = d;
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
