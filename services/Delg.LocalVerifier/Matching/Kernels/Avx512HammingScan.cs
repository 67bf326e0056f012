using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static Delg.LocalVerifier.Matching.Kernels.BitPlanes;

namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>
/// Nearest neighbours from the counters of <see cref="Avx512HammingCounters"/>, which are compared as they are, bit by bit: no distance is ever written
/// down.
/// </summary>
internal static unsafe class Avx512HammingScan
{
    // Counters below this one are as likely 0 as 1 in a row's least: the nearest of hundreds is rarely more than 16 bits nearer than it need be.
    private const int Balanced = 4;

    /// <summary>
    /// Finds for each lane the tile of rows with the nearest and for each row the nearest lane, the first of equals, where they are nearer than what is
    /// known.
    /// </summary>
    public static void Scan(in HammingScanRows rows, in HammingScanLanes lanes)
    {
        for (var first = 0; first < rows.Count; first += Avx512HammingCounters.RowsOfTile)
        {
            Avx512HammingCounters.Count(rows.Places + (first * Avx512HammingCounters.Places), Math.Min(Avx512HammingCounters.RowsOfTile, rows.Count - first), lanes);
            NearestRows((rows.First + first) / Avx512HammingCounters.RowsOfTile, lanes);
            if (rows.Nearest != null)
                NearestLanes(rows, first, lanes);
        }
    }

    // The least counters of the tile's rows against the least of all rows before.
    private static void NearestRows(int tileNumber, in HammingScanLanes lanes)
    {
        var tile = lanes.Tile;
        var ones = Plane(tile, 0);
        var twos = Plane(tile, 1);
        var fours = Plane(tile, 2);
        var eights = Plane(tile, 3);
        var sixteens = Plane(tile, 4);
        var thirtyTwos = Plane(tile, 5);
        for (var row = 1; row < Avx512HammingCounters.RowsOfTile; row++)
        {
            tile += Avx512HammingCounters.RowBytes;
            var less = Less(Vector512<ulong>.Zero, Plane(tile, 0), ones);
            less = Less(less, Plane(tile, 1), twos);
            less = Less(less, Plane(tile, 2), fours);
            less = Less(less, Plane(tile, 3), eights);
            less = Less(less, Plane(tile, 4), sixteens);
            less = Less(less, Plane(tile, 5), thirtyTwos);
            ones = Vector512.ConditionalSelect(less, Plane(tile, 0), ones);
            twos = Vector512.ConditionalSelect(less, Plane(tile, 1), twos);
            fours = Vector512.ConditionalSelect(less, Plane(tile, 2), fours);
            eights = Vector512.ConditionalSelect(less, Plane(tile, 3), eights);
            sixteens = Vector512.ConditionalSelect(less, Plane(tile, 4), sixteens);
            thirtyTwos = Vector512.ConditionalSelect(less, Plane(tile, 5), thirtyTwos);
        }

        var nearest = lanes.Nearest;
        var nearer = Less(Vector512<ulong>.Zero, ones, Plane(nearest, 0));
        nearer = Less(nearer, twos, Plane(nearest, 1));
        nearer = Less(nearer, fours, Plane(nearest, 2));
        nearer = Less(nearer, eights, Plane(nearest, 3));
        nearer = Less(nearer, sixteens, Plane(nearest, 4));
        nearer = Less(nearer, thirtyTwos, Plane(nearest, 5));
        if (nearer == Vector512<ulong>.Zero)
            return;
        Store(nearest, 0, Vector512.ConditionalSelect(nearer, ones, Plane(nearest, 0)));
        Store(nearest, 1, Vector512.ConditionalSelect(nearer, twos, Plane(nearest, 1)));
        Store(nearest, 2, Vector512.ConditionalSelect(nearer, fours, Plane(nearest, 2)));
        Store(nearest, 3, Vector512.ConditionalSelect(nearer, eights, Plane(nearest, 3)));
        Store(nearest, 4, Vector512.ConditionalSelect(nearer, sixteens, Plane(nearest, 4)));
        Store(nearest, 5, Vector512.ConditionalSelect(nearer, thirtyTwos, Plane(nearest, 5)));
        Write(lanes.Tiles, nearer, tileNumber);
    }

    // The lanes of each row's least counter, from its highest bit down; four rows at a time, as each step waits for the one before.
    private static void NearestLanes(in HammingScanRows rows, int first, in HammingScanLanes lanes)
    {
        var tile = lanes.Tile;
        for (var row = 0; row < Avx512HammingCounters.RowsOfTile && first + row < rows.Count; row += 4, tile += 4 * Avx512HammingCounters.RowBytes)
        {
            var (a, b, c, d) = (Vector512<ulong>.AllBitsSet, Vector512<ulong>.AllBitsSet, Vector512<ulong>.AllBitsSet, Vector512<ulong>.AllBitsSet);
            var (leastA, leastB, leastC, leastD) = (Avx512HammingCounters.Highest, Avx512HammingCounters.Highest, Avx512HammingCounters.Highest, Avx512HammingCounters.Highest);
            var counter = Avx512HammingCounters.Planes - 1;
            for (; counter >= Balanced; counter--)
            {
                a = LikelyNone(a, Plane(tile, counter), counter, ref leastA);
                b = LikelyNone(b, Plane(tile + Avx512HammingCounters.RowBytes, counter), counter, ref leastB);
                c = LikelyNone(c, Plane(tile + (2 * Avx512HammingCounters.RowBytes), counter), counter, ref leastC);
                d = LikelyNone(d, Plane(tile + (3 * Avx512HammingCounters.RowBytes), counter), counter, ref leastD);
            }

            for (; counter >= 0; counter--)
            {
                a = Least(a, Plane(tile, counter), counter, ref leastA);
                b = Least(b, Plane(tile + Avx512HammingCounters.RowBytes, counter), counter, ref leastB);
                c = Least(c, Plane(tile + (2 * Avx512HammingCounters.RowBytes), counter), counter, ref leastC);
                d = Least(d, Plane(tile + (3 * Avx512HammingCounters.RowBytes), counter), counter, ref leastD);
            }

            Keep(rows, first + row, leastA, a, lanes.First);
            Keep(rows, first + row + 1, leastB, b, lanes.First);
            Keep(rows, first + row + 2, leastC, c, lanes.First);
            Keep(rows, first + row + 3, leastD, d, lanes.First);
        }
    }

    // Of two numbers, bit by bit from the lowest: where the bits are the same, what those below them say.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Less(Vector512<ulong> less, Vector512<ulong> counter, Vector512<ulong> than) =>
        Avx512F.TernaryLogic(less, counter, than, 0xB2);

    // Keeps the lanes whose bit is 0 if there is one; else all, and then the bit is one of the least counter's.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> LikelyNone(Vector512<ulong> lanes, Vector512<ulong> plane, int counter, ref int least)
    {
        var lower = Avx512F.AndNot(plane, lanes);
        if (lower != Vector512<ulong>.Zero)
            return lower;
        least += 1 << counter;
        return lanes;
    }

    // The same without a branch, which would often be mispredicted.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Least(Vector512<ulong> lanes, Vector512<ulong> plane, int counter, ref int least)
    {
        var lower = Avx512F.AndNot(plane, lanes);
        var none = Unsafe.BitCast<bool, byte>(lower == Vector512<ulong>.Zero);
        least += none << counter;
        return lower | (lanes & Vector512.Create((ulong)-none));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep(in HammingScanRows rows, int row, int least, Vector512<ulong> lanes, int firstLane)
    {
        // Past the last row nothing is near.
        if (least == Avx512HammingCounters.None || least >= rows.Nearest[row])
            return;
        rows.Nearest[row] = (byte)least;
        ulong* words = stackalloc ulong[Vector512<ulong>.Count];
        lanes.Store(words);
        var word = BitOperations.TrailingZeroCount(Filled(lanes));
        rows.Query[row] = firstLane + (64 * word) + BitOperations.TrailingZeroCount(words[word]);
    }

    private static void Write(int* values, Vector512<ulong> lanes, int value)
    {
        ulong* words = stackalloc ulong[Vector512<ulong>.Count];
        lanes.Store(words);
        for (var filled = Filled(lanes); filled != 0; filled &= filled - 1)
        {
            var word = BitOperations.TrailingZeroCount(filled);
            for (var bits = words[word]; bits != 0; bits &= bits - 1)
                values[(64 * word) + BitOperations.TrailingZeroCount(bits)] = value;
        }
    }

    // The words, of 8, that are not zero.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Filled(Vector512<ulong> lanes) => ~Vector512.Equals(lanes, Vector512<ulong>.Zero).ExtractMostSignificantBits() & 0xFF;
}
