using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>
/// Which of 512 features at a time lie within a Hamming distance: counters of one bit a lane, a register for each power of two, that carry-save adders
/// of two instructions add up (Harley and Seal; Warren, Hacker's Delight, 2nd edition, section 5-2). It finds few at two thirds of the time that
/// counting every distance takes, and does not say how far they are.
/// </summary>
internal static unsafe class Avx512HammingScreen
{
    /// <summary>Counters: 1, 2, 4 to 64. What they cannot hold is too far.</summary>
    public const int Counters = 7;

    /// <summary>Whether this machine can.</summary>
    public static bool IsSupported => Avx512F.IsSupported && Bmi2.X64.IsSupported;

    /// <summary>Where a candidate's planes lie in a panel, from the start of each three: of the high bit, then of the low one, <see cref="HammingPlanes.Threes"/> each.</summary>
    public static void Locate(ulong low, ulong high, ushort* places)
    {
        var last = (low >> 63) | ((high >> 63) << 1);
        Spread(low, high, last, places);
        // The parity of each three at its lowest bit.
        const ulong Lowest = 0x1249249249249249;
        low = (low ^ (low >> 1) ^ (low >> 2)) & Lowest;
        high = (high ^ (high >> 1) ^ (high >> 2)) & Lowest;
        Spread(low, high, (last ^ (last >> 1)) & 1, places + HammingPlanes.Threes);
    }

    /// <summary>Finds the rows with a lane near enough.</summary>
    /// <param name="places">From <see cref="Locate"/>, 2 · <see cref="HammingPlanes.Threes"/> a row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="panel">A panel of <see cref="HammingPlanes"/>; 64-byte aligned.</param>
    /// <param name="starts">What the counters start from, a plane each, so that a distance too far makes them overflow; 64-byte aligned.</param>
    /// <param name="found">The rows found, ascending.</param>
    /// <param name="masks">Their lanes that are near enough, 8 words a row found.</param>
    /// <returns>How many were found.</returns>
    public static int Scan(ushort* places, int rows, byte* panel, byte* starts, int* found, ulong* masks)
    {
        var count = 0;
        for (var row = 0; row < rows; row++, places += 2 * HammingPlanes.Threes)
        {
            var near = ~TooFar(places, panel, starts);
            if (near == Vector512<ulong>.Zero)
                continue;
            found[count] = row;
            near.Store(masks + (8 * count++));
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> TooFar(ushort* places, byte* three, byte* starts)
    {
        var ones = Plane(starts);
        var twos = Plane(starts + HammingPlanes.PlaneBytes);
        var fours = Plane(starts + (2 * HammingPlanes.PlaneBytes));
        var eights = Plane(starts + (3 * HammingPlanes.PlaneBytes));
        var sixteens = Plane(starts + (4 * HammingPlanes.PlaneBytes));
        var thirtyTwos = Plane(starts + (5 * HammingPlanes.PlaneBytes));
        var sixtyFours = Plane(starts + (6 * HammingPlanes.PlaneBytes));
        var tooFar = Vector512<ulong>.Zero;
        for (var i = 0; i < HammingPlanes.Threes; i += 8, places += 8, three += 8 * HammingPlanes.ThreeBytes)
        {
            var a = Add(ref twos, Add(ref ones, Low(three, places, 0), Low(three, places, 1)), Add(ref ones, Low(three, places, 2), Low(three, places, 3)));
            var b = Add(ref twos, Add(ref ones, Low(three, places, 4), Low(three, places, 5)), Add(ref ones, Low(three, places, 6), Low(three, places, 7)));
            var c = Add(ref twos, High(three, places, 0), High(three, places, 1));
            var d = Add(ref twos, High(three, places, 2), High(three, places, 3));
            var e = Add(ref twos, High(three, places, 4), High(three, places, 5));
            var f = Add(ref twos, High(three, places, 6), High(three, places, 7));
            var g = Add(ref eights, Add(ref fours, a, b), Add(ref fours, c, d));
            var h = Add(ref eights, Add(ref fours, e, f));
            tooFar |= Add(ref sixtyFours, Add(ref thirtyTwos, Add(ref sixteens, g, h)));
        }

        return tooFar;
    }

    // Four values of three bits a step, each times the bytes of a plane. A word's last step holds one value; what it writes beyond is written over.
    private static void Spread(ulong low, ulong high, ulong last, ushort* places)
    {
        const ulong Values = 0x01C0_01C0_01C0_01C0;
        for (var three = 0; three < HammingPlanes.ThreesOfWord; three += 4, low >>= 12)
            *(ulong*)(places + three) = Bmi2.X64.ParallelBitDeposit(low, Values);
        places += HammingPlanes.ThreesOfWord;
        for (var three = 0; three < HammingPlanes.ThreesOfWord; three += 4, high >>= 12)
            *(ulong*)(places + three) = Bmi2.X64.ParallelBitDeposit(high, Values);
        places += HammingPlanes.ThreesOfWord;
        *(ulong*)(places + 2) = 0;
        *(ulong*)places = Bmi2.X64.ParallelBitDeposit(last, Values);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Plane(byte* plane) => Vector512.LoadAligned((ulong*)plane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> High(byte* three, ushort* places, int index) => Plane(three + places[index] + (index * HammingPlanes.ThreeBytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Low(byte* three, ushort* places, int index) =>
        Plane(three + places[HammingPlanes.Threes + index] + ((index * HammingPlanes.ThreeBytes) + HammingPlanes.LowBit));

    // Adds three bits of one weight: leaves their sum and returns what to carry. The constants are the truth tables.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Add(ref Vector512<ulong> sum, Vector512<ulong> a, Vector512<ulong> b)
    {
        var carry = Avx512F.TernaryLogic(sum, a, b, 0xE8);
        sum = Avx512F.TernaryLogic(sum, a, b, 0x96);
        return carry;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Add(ref Vector512<ulong> sum, Vector512<ulong> a)
    {
        var carry = sum & a;
        sum ^= a;
        return carry;
    }
}
