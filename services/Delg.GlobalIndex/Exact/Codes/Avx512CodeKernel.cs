using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Delg.GlobalIndex.Exact.Codes;

/// <summary>AVX-512: 32 codes widened to 16 bits, one multiply-add for each query.</summary>
internal readonly struct Avx512CodeKernel : ICodeKernel
{
    private const int Lanes = 32;

    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512BW.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int One(ref sbyte row, ref short query, int length)
    {
        Vector512<int> even = default, odd = default;
        for (var i = 0; i < length; i += 2 * Lanes)
        {
            even += Avx512BW.MultiplyAddAdjacent(Widened(ref row, i), Vector512.LoadUnsafe(ref query, (nuint)i));
            odd += Avx512BW.MultiplyAddAdjacent(Widened(ref row, i + Lanes), Vector512.LoadUnsafe(ref query, (nuint)(i + Lanes)));
        }

        return Vector512.Sum(even + odd);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector128<int> Four(ref sbyte row, ref short queries, int stride, int length)
    {
        ref var q0 = ref queries;
        ref var q1 = ref Unsafe.Add(ref q0, stride);
        ref var q2 = ref Unsafe.Add(ref q1, stride);
        ref var q3 = ref Unsafe.Add(ref q2, stride);
        Vector512<int> s0 = default, s1 = default, s2 = default, s3 = default;
        for (var i = 0; i < length; i += Lanes)
        {
            var codes = Widened(ref row, i);
            s0 += Avx512BW.MultiplyAddAdjacent(codes, Vector512.LoadUnsafe(ref q0, (nuint)i));
            s1 += Avx512BW.MultiplyAddAdjacent(codes, Vector512.LoadUnsafe(ref q1, (nuint)i));
            s2 += Avx512BW.MultiplyAddAdjacent(codes, Vector512.LoadUnsafe(ref q2, (nuint)i));
            s3 += Avx512BW.MultiplyAddAdjacent(codes, Vector512.LoadUnsafe(ref q3, (nuint)i));
        }

        return Vector128.Create(Vector512.Sum(s0), Vector512.Sum(s1), Vector512.Sum(s2), Vector512.Sum(s3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Widened(ref sbyte row, int offset) =>
        Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref row, (nuint)offset));
}
