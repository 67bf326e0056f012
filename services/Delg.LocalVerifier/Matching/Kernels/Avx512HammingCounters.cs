using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static Delg.LocalVerifier.Matching.Kernels.BitPlanes;

namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>
/// Hamming distances of candidate descriptors (rows) from 512 query descriptors (lanes) at a time, in counters of one bit a lane: a register for each
/// power of two, which carry-save adders of two instructions add up (Harley and Seal; Warren, Hacker's Delight, 2nd edition, section 5-2). Counters
/// start so high that a distance too far overflows them.
/// </summary>
internal static unsafe class Avx512HammingCounters
{
    /// <summary>Counters: 1, 2, 4 to 64.</summary>
    public const int Counters = 7;

    /// <summary>Planes of a tile's row: the counters but the highest, which is 1 in all that count as near or as far.</summary>
    public const int Planes = Counters - 1;

    /// <summary>What the highest counter counts.</summary>
    public const int Highest = 1 << (Counters - 1);

    /// <summary>What the counters of no neighbour show.</summary>
    public const byte None = (1 << Counters) - 1;

    /// <summary>Bits that a neighbour may differ in at most: with more, the highest counter of some would not be 1 from the start.</summary>
    public const int MostBits = None - 1 - Highest;

    /// <summary>Places of a row, see <see cref="Locate"/>.</summary>
    public const int Places = 4 * PlacesOfBit;

    /// <summary>Rows counted before they are compared, a multiple of 4. Beside a panel they lie in the first-level cache.</summary>
    public const int RowsOfTile = 8;

    /// <summary>Bytes of a tile's row.</summary>
    public const int RowBytes = Planes * HammingPlanes.PlaneBytes;

    /// <summary>Bytes of a tile.</summary>
    public const int TileBytes = RowsOfTile * RowBytes;

    // Of the high or the low bits of a half: 21 or 22, filled up to whole fours.
    private const int PlacesOfBit = 24;

    /// <summary>Whether this machine can.</summary>
    public static bool IsSupported => Avx512F.IsSupported && Bmi2.X64.IsSupported;

    /// <summary>What counters start from: a distance of <paramref name="mostBits"/> + 1 makes <see cref="None"/> of it.</summary>
    public static int Start(int mostBits) => None - 1 - mostBits;

    /// <summary>Where a candidate's planes lie: of each half those of the high bits, then those of the low bits, bytes from the first of their kind.</summary>
    public static void Locate(ulong low, ulong high, ushort* places)
    {
        LocateHalf(low, places);
        LocateHalf(high, places + (2 * PlacesOfBit));
    }

    /// <summary>Fills a tile; what it has beyond its rows counts as too far.</summary>
    /// <param name="places">From <see cref="Locate"/>, <see cref="Places"/> a row.</param>
    /// <param name="rows">Rows, at most <see cref="RowsOfTile"/>.</param>
    /// <param name="lanes">The panel, what its counters start from, and the tile.</param>
    public static void Count(ushort* places, int rows, in HammingScanLanes lanes)
    {
        var starts = lanes.Starts;
        var tile = lanes.Tile;
        for (var row = 0; row < rows; row++, tile += RowBytes)
        {
            var ones = Plane(starts, 0);
            var twos = Plane(starts, 1);
            var fours = Plane(starts, 2);
            var eights = Plane(starts, 3);
            var sixteens = Plane(starts, 4);
            var thirtyTwos = Plane(starts, 5);
            var sixtyFours = Plane(starts, 6);
            var near = Plane(lanes.Panel + HammingPlanes.Inside, 0);
            for (var half = lanes.Panel; half < lanes.Panel + HammingPlanes.Inside; half += HammingPlanes.HalfBytes, places += 2 * PlacesOfBit)
            {
                // Low bits are added in where their carries fill up the threes of weight 2: every adder is full.
                var a = Add(ref fours, Add(ref twos, High(half, places, 0), High(half, places, 1)), Add(ref twos, High(half, places, 2), Lows(ref ones, half, places, 0)));
                var b = Add(ref fours, Add(ref twos, High(half, places, 3), High(half, places, 4)), Add(ref twos, High(half, places, 5), Lows(ref ones, half, places, 2)));
                var c = Add(ref eights, a, b);
                a = Add(ref fours, Add(ref twos, High(half, places, 6), High(half, places, 7)), Add(ref twos, High(half, places, 8), Lows(ref ones, half, places, 4)));
                b = Add(ref fours, Add(ref twos, High(half, places, 9), High(half, places, 10)), Add(ref twos, High(half, places, 11), Lows(ref ones, half, places, 6)));
                var d = Add(ref sixteens, c, Add(ref eights, a, b));
                a = Add(ref fours, Add(ref twos, High(half, places, 12), High(half, places, 13)), Add(ref twos, High(half, places, 14), Lows(ref ones, half, places, 8)));
                b = Add(ref fours, Add(ref twos, High(half, places, 15), High(half, places, 16)), Add(ref twos, Lows(ref ones, half, places, 10), Lows(ref ones, half, places, 12)));
                c = Add(ref eights, a, b);
                a = Add(ref fours, Add(ref twos, High(half, places, 17), High(half, places, 18)), Add(ref twos, Lows(ref ones, half, places, 14), Lows(ref ones, half, places, 16)));
                b = Add(
                    ref fours, Add(ref twos, High(half, places, 19), High(half, places, 20)),
                    Add(ref twos, Lows(ref ones, half, places, 18), Add(ref ones, Low(half, places, 20), Last(half, places))));
                d = Add(ref thirtyTwos, d, Add(ref sixteens, c, Add(ref eights, a, b)));
                // What these cannot hold is too far.
                near = Avx512F.TernaryLogic(near, sixtyFours, d, 0x70);
                sixtyFours ^= d;
            }

            Store(tile, 0, OrNone(ones, near));
            Store(tile, 1, OrNone(twos, near));
            Store(tile, 2, OrNone(fours, near));
            Store(tile, 3, OrNone(eights, near));
            Store(tile, 4, OrNone(sixteens, near));
            Store(tile, 5, OrNone(thirtyTwos, near));
        }

        for (; tile < lanes.Tile + TileBytes; tile += HammingPlanes.PlaneBytes)
            Store(tile, 0, Vector512<ulong>.AllBitsSet);
    }

    // Four values of three bits a step, each times the bytes of a plane; the bit left over comes last among the low ones.
    private static void LocateHalf(ulong bits, ushort* places)
    {
        const ulong Values = 0x01C0_01C0_01C0_01C0;
        // The parity of each three, and the bit left over, at the lowest bit.
        const ulong Lowest = 0x9249_2492_4924_9249;
        var parities = (bits ^ (bits >> 1) ^ (bits >> 2)) & Lowest;
        for (var place = 0; place < PlacesOfBit; place += 4, bits >>= 12, parities >>= 12)
        {
            *(ulong*)(places + place) = Bmi2.X64.ParallelBitDeposit(bits, Values);
            *(ulong*)(places + PlacesOfBit + place) = Bmi2.X64.ParallelBitDeposit(parities, Values);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> High(byte* half, ushort* places, int index) => Plane(half + places[index] + (index * HammingPlanes.ThreeBytes), 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Low(byte* half, ushort* places, int index) =>
        Plane(half + places[PlacesOfBit + index] + ((index * HammingPlanes.ThreeBytes) + HammingPlanes.LowBit), 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Last(byte* half, ushort* places) => Plane(half + places[PlacesOfBit + HammingPlanes.Threes] + HammingPlanes.Last, 0);

    // The carry of two low bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Lows(ref Vector512<ulong> ones, byte* half, ushort* places, int index) =>
        Add(ref ones, Low(half, places, index), Low(half, places, index + 1));

    // Adds three bits of one weight: leaves their sum and returns what to carry. The constants, here and below, are truth tables.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Add(ref Vector512<ulong> sum, Vector512<ulong> a, Vector512<ulong> b)
    {
        var carry = Avx512F.TernaryLogic(sum, a, b, 0xE8);
        sum = Avx512F.TernaryLogic(sum, a, b, 0x96);
        return carry;
    }

    // A counter that is too far shows what the counters of no neighbour show.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> OrNone(Vector512<ulong> counter, Vector512<ulong> near) => counter | ~near;
}
