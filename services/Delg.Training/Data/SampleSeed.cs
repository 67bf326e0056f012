namespace Delg.Training.Data;

/// <summary>Independent generators for each sample of a run: any sample can be drawn again, in any order, on any thread.</summary>
internal static class SampleSeed
{
    /// <summary>What the generators of a run are for: each purpose has a stream, so that none repeats another's numbers.</summary>
    public const long OrderStream = 0, CropStream = 1, PositionStream = 2, ViewStream = 3, ViewChoiceStream = 4, SplitStream = 5;

    /// <summary>From here on each class has a stream.</summary>
    public const long FirstClassStream = 1000;

    public static Random For(int seed, long stream, long index)
    {
        ulong state = Mix((ulong)seed + 0x9E3779B97F4A7C15);
        state = Mix(state ^ (ulong)stream);
        state = Mix(state ^ (ulong)index);
        return new Random((int)(state >> 33));
    }

    /// <summary>The finaliser of SplitMix64 (Steele, Lea, Flood 2014).</summary>
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
