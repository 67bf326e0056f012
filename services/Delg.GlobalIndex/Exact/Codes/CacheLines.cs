using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Delg.GlobalIndex.Exact.Codes;

/// <summary>What the processor fetches from memory at once.</summary>
internal static class CacheLines
{
    /// <summary>Size of a line on the machines of today.</summary>
    public const int Bytes = 64;

    /// <summary>Bytes from an array's beginning to the first line that begins in it: a load across two lines costs twice.</summary>
    /// <param name="pinned">An array that never moves, with room for a line more than it is to hold.</param>
    public static int BytesToNext<T>(T[] pinned)
        where T : unmanaged => (int)(-Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0) & (Bytes - 1));

    /// <summary>Has the line of <paramref name="value"/> fetched while the program goes on. Nothing where the machine has no such instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Fetch<T>(ref readonly T value)
        where T : unmanaged
    {
        // A hint: an address that has meanwhile moved or is not there does no harm.
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(in value));
    }
}
