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
    public static int One(ref sbyte row, ref sbyte ahead, ref short query, int length)
    {
        Vector512<int> even = default, odd = default;
        for (var i = 0; i < length; i += 2 * Lanes)
        {
            CacheLines.Fetch(ref Unsafe.Add(ref ahead, i));
            even += Avx512BW.MultiplyAddAdjacent(Widened(ref row, i), Loaded(ref query, i));
            odd += Avx512BW.MultiplyAddAdjacent(Widened(ref row, i + Lanes), Loaded(ref query, i + Lanes));
        }

        return Vector512.Sum(even + odd);
    }

    // 16 sums and what is multiplied fit into the 32 registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile(
        ref sbyte row0, ref sbyte row1, ref sbyte row2, ref sbyte row3, ref short queries, int stride, int length, Span<Vector128<int>> products)
    {
        ref var query0 = ref queries;
        ref var query1 = ref Unsafe.Add(ref query0, stride);
        ref var query2 = ref Unsafe.Add(ref query1, stride);
        ref var query3 = ref Unsafe.Add(ref query2, stride);
        Vector512<int> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        Vector512<int> c0 = default, c1 = default, c2 = default, c3 = default, d0 = default, d1 = default, d2 = default, d3 = default;
        for (var i = 0; i < length; i += Lanes)
        {
            var a = Widened(ref row0, i);
            var b = Widened(ref row1, i);
            var c = Widened(ref row2, i);
            var d = Widened(ref row3, i);
            var query = Loaded(ref query0, i);
            a0 += Avx512BW.MultiplyAddAdjacent(a, query);
            b0 += Avx512BW.MultiplyAddAdjacent(b, query);
            c0 += Avx512BW.MultiplyAddAdjacent(c, query);
            d0 += Avx512BW.MultiplyAddAdjacent(d, query);
            query = Loaded(ref query1, i);
            a1 += Avx512BW.MultiplyAddAdjacent(a, query);
            b1 += Avx512BW.MultiplyAddAdjacent(b, query);
            c1 += Avx512BW.MultiplyAddAdjacent(c, query);
            d1 += Avx512BW.MultiplyAddAdjacent(d, query);
            query = Loaded(ref query2, i);
            a2 += Avx512BW.MultiplyAddAdjacent(a, query);
            b2 += Avx512BW.MultiplyAddAdjacent(b, query);
            c2 += Avx512BW.MultiplyAddAdjacent(c, query);
            d2 += Avx512BW.MultiplyAddAdjacent(d, query);
            query = Loaded(ref query3, i);
            a3 += Avx512BW.MultiplyAddAdjacent(a, query);
            b3 += Avx512BW.MultiplyAddAdjacent(b, query);
            c3 += Avx512BW.MultiplyAddAdjacent(c, query);
            d3 += Avx512BW.MultiplyAddAdjacent(d, query);
        }

        products[0] = Sums(a0, a1, a2, a3);
        products[1] = Sums(b0, b1, b2, b3);
        products[2] = Sums(c0, c1, c2, c3);
        products[3] = Sums(d0, d1, d2, d3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Widened(ref sbyte row, int offset) =>
        Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref row, (nuint)offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Loaded(ref short query, int offset) => Vector512.LoadUnsafe(ref query, (nuint)offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Sums(Vector512<int> a, Vector512<int> b, Vector512<int> c, Vector512<int> d) =>
        Avx2CodeKernel.Sums(a.GetLower() + a.GetUpper(), b.GetLower() + b.GetUpper(), c.GetLower() + c.GetUpper(), d.GetLower() + d.GetUpper());
}
