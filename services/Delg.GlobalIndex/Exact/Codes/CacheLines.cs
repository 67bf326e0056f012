using System.Runtime.InteropServices;

namespace Delg.GlobalIndex.Exact.Codes;

/// <summary>Where the processor's cache lines begin: a load across two of them costs twice.</summary>
internal static class CacheLines
{
    /// <summary>Size of a line on the machines of today.</summary>
    public const int Bytes = 64;

    /// <summary>Bytes from an array's beginning to the first line that begins in it.</summary>
    /// <param name="pinned">An array that never moves, with room for a line more than it is to hold.</param>
    public static int BytesToNext<T>(T[] pinned)
        where T : unmanaged => (int)(-Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0) & (Bytes - 1));
}
