namespace Delg.Model.Extraction;

/// <summary>Which positions of the pyramid become local features.</summary>
internal static class AttentionSelection
{
    /// <summary>
    /// The <paramref name="limit"/> highest scores that are at least <paramref name="threshold"/>, highest first. Equal scores keep
    /// their order.
    /// </summary>
    /// <param name="scores">The scores of all positions, 0 or more: scale after scale, row after row.</param>
    /// <param name="threshold">Lowest score that counts.</param>
    /// <param name="limit">Most positions that are returned.</param>
    public static Position[] Select(ReadOnlySpan<float> scores, float threshold, int limit)
    {
        // One number a candidate that sorts as wanted: numbers of at least 0 sort as their bits do, so the complement puts the highest
        // first, and the index below it decides between equals.
        var keys = new ulong[scores.Length];
        int count = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            if (scores[i] >= threshold)
                keys[count++] = (ulong)~BitConverter.SingleToUInt32Bits(scores[i]) << 32 | (uint)i;
        }
        Array.Sort(keys, 0, count);
        return Array.ConvertAll(keys[..Math.Min(count, limit)], key => new Position((int)(uint)key, BitConverter.UInt32BitsToSingle(~(uint)(key >> 32))));
    }

    /// <param name="Index">Index into the scores.</param>
    /// <param name="Score">Attention.</param>
    public readonly record struct Position(int Index, float Score);
}
