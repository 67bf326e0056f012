using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>Planes of one bit for each of 512 lanes, one after the other; 64-byte aligned.</summary>
internal static unsafe class BitPlanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Plane(byte* planes, int index) => Vector512.LoadAligned((ulong*)(planes + (index * HammingPlanes.PlaneBytes)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* planes, int index, Vector512<ulong> plane) => plane.StoreAligned((ulong*)(planes + (index * HammingPlanes.PlaneBytes)));
}
