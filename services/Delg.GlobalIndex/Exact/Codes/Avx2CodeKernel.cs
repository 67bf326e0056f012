using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Delg.GlobalIndex.Exact.Codes;

/// <summary>AVX2: 16 codes widened to 16 bits, one multiply-add for each query.</summary>
internal readonly struct Avx2CodeKernel : ICodeKernel
{
    private const int Lanes = 16;

    public static bool IsSupported => Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int One(ref sbyte row, ref short query, int length)
    {
        Vector256<int> even = default, odd = default;
        for (var i = 0; i < length; i += 2 * Lanes)
        {
            even += Avx2.MultiplyAddAdjacent(Widened(ref row, i), Vector256.LoadUnsafe(ref query, (nuint)i));
            odd += Avx2.MultiplyAddAdjacent(Widened(ref row, i + Lanes), Vector256.LoadUnsafe(ref query, (nuint)(i + Lanes)));
        }

        return Vector256.Sum(even + odd);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector128<int> Four(ref sbyte row, ref short queries, int stride, int length)
    {
        ref var q0 = ref queries;
        ref var q1 = ref Unsafe.Add(ref q0, stride);
        ref var q2 = ref Unsafe.Add(ref q1, stride);
        ref var q3 = ref Unsafe.Add(ref q2, stride);
        Vector256<int> s0 = default, s1 = default, s2 = default, s3 = default;
        for (var i = 0; i < length; i += Lanes)
        {
            var codes = Widened(ref row, i);
            s0 += Avx2.MultiplyAddAdjacent(codes, Vector256.LoadUnsafe(ref q0, (nuint)i));
            s1 += Avx2.MultiplyAddAdjacent(codes, Vector256.LoadUnsafe(ref q1, (nuint)i));
            s2 += Avx2.MultiplyAddAdjacent(codes, Vector256.LoadUnsafe(ref q2, (nuint)i));
            s3 += Avx2.MultiplyAddAdjacent(codes, Vector256.LoadUnsafe(ref q3, (nuint)i));
        }

        return Vector128.Create(Vector256.Sum(s0), Vector256.Sum(s1), Vector256.Sum(s2), Vector256.Sum(s3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Widened(ref sbyte row, int offset) => Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref row, (nuint)offset));
}
