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
    public static int One(ref sbyte row, ref sbyte ahead, ref short query, int length)
    {
        Vector256<int> even = default, odd = default;
        for (var i = 0; i < length; i += 4 * Lanes)
        {
            CacheLines.Fetch(ref Unsafe.Add(ref ahead, i));
            even += Avx2.MultiplyAddAdjacent(Widened(ref row, i), Loaded(ref query, i));
            odd += Avx2.MultiplyAddAdjacent(Widened(ref row, i + Lanes), Loaded(ref query, i + Lanes));
            even += Avx2.MultiplyAddAdjacent(Widened(ref row, i + (2 * Lanes)), Loaded(ref query, i + (2 * Lanes)));
            odd += Avx2.MultiplyAddAdjacent(Widened(ref row, i + (3 * Lanes)), Loaded(ref query, i + (3 * Lanes)));
        }

        return Vector256.Sum(even + odd);
    }

    public static void Tile(
        ref sbyte row0, ref sbyte row1, ref sbyte row2, ref sbyte row3, ref short queries, int stride, int length, Span<Vector128<int>> products)
    {
        Half(ref row0, ref row1, ref queries, stride, length, products);
        Half(ref row2, ref row3, ref queries, stride, length, products[2..]);
    }

    /// <summary>The sum of each vector's lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Sums(Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d)
    {
        var sums = Avx2.HorizontalAdd(Avx2.HorizontalAdd(a, b), Avx2.HorizontalAdd(c, d));
        return sums.GetLower() + sums.GetUpper();
    }

    // Eight sums and what is multiplied fit into the 16 registers, sixteen would not.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Half(ref sbyte row0, ref sbyte row1, ref short queries, int stride, int length, Span<Vector128<int>> products)
    {
        ref var query0 = ref queries;
        ref var query1 = ref Unsafe.Add(ref query0, stride);
        ref var query2 = ref Unsafe.Add(ref query1, stride);
        ref var query3 = ref Unsafe.Add(ref query2, stride);
        Vector256<int> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        for (var i = 0; i < length; i += Lanes)
        {
            var a = Widened(ref row0, i);
            var b = Widened(ref row1, i);
            var query = Loaded(ref query0, i);
            a0 += Avx2.MultiplyAddAdjacent(a, query);
            b0 += Avx2.MultiplyAddAdjacent(b, query);
            query = Loaded(ref query1, i);
            a1 += Avx2.MultiplyAddAdjacent(a, query);
            b1 += Avx2.MultiplyAddAdjacent(b, query);
            query = Loaded(ref query2, i);
            a2 += Avx2.MultiplyAddAdjacent(a, query);
            b2 += Avx2.MultiplyAddAdjacent(b, query);
            query = Loaded(ref query3, i);
            a3 += Avx2.MultiplyAddAdjacent(a, query);
            b3 += Avx2.MultiplyAddAdjacent(b, query);
        }

        products[0] = Sums(a0, a1, a2, a3);
        products[1] = Sums(b0, b1, b2, b3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Widened(ref sbyte row, int offset) => Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref row, (nuint)offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Loaded(ref short query, int offset) => Vector256.LoadUnsafe(ref query, (nuint)offset);
}
