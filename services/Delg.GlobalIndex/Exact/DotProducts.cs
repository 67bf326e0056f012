using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Delg.GlobalIndex.Exact;

/// <summary>
/// Dot products in float32. Every pair is summed in the same order whatever it is computed beside, so that equal vectors get equal similarities,
/// in a batch or alone: ties stay ties.
/// </summary>
internal static class DotProducts
{
    /// <summary>Rows that <see cref="Tile"/> takes at once.</summary>
    public const int TileRows = 4;

    /// <summary>Queries that <see cref="Tile"/> takes at once.</summary>
    public const int TileQueries = 2;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(ReadOnlySpan<float> row, ReadOnlySpan<float> query)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(row.Length, query.Length);
        ref var r = ref MemoryMarshal.GetReference(row);
        ref var q = ref MemoryMarshal.GetReference(query);
        var sum = Vector512<float>.Zero;
        var i = 0;
        for (; i <= row.Length - Vector512<float>.Count; i += Vector512<float>.Count)
            sum = Vector512.MultiplyAddEstimate(Load(ref r, i), Load(ref q, i), sum);
        return Vector512.Sum(sum) + Tail(row[i..], query[i..]);
    }

    /// <summary>All products of <see cref="TileRows"/> rows and <see cref="TileQueries"/> queries: each value loaded serves several.</summary>
    /// <param name="rows">TileRows × dim, row by row.</param>
    /// <param name="first">One query.</param>
    /// <param name="second">Another; the same is fine.</param>
    /// <param name="products">TileQueries × TileRows: the products of the first query, then those of the second.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile(ReadOnlySpan<float> rows, ReadOnlySpan<float> first, ReadOnlySpan<float> second, Span<float> products)
    {
        var dim = first.Length;
        ArgumentOutOfRangeException.ThrowIfNotEqual(second.Length, dim);
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Length, TileRows * dim);
        ArgumentOutOfRangeException.ThrowIfNotEqual(products.Length, TileRows * TileQueries);
        ref var r0 = ref MemoryMarshal.GetReference(rows);
        ref var r1 = ref Unsafe.Add(ref r0, dim);
        ref var r2 = ref Unsafe.Add(ref r1, dim);
        ref var r3 = ref Unsafe.Add(ref r2, dim);
        ref var p = ref MemoryMarshal.GetReference(first);
        ref var q = ref MemoryMarshal.GetReference(second);
        Vector512<float> p0 = default, p1 = default, p2 = default, p3 = default, q0 = default, q1 = default, q2 = default, q3 = default;
        var i = 0;
        for (; i <= dim - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            var a = Load(ref p, i);
            var b = Load(ref q, i);
            var row = Load(ref r0, i);
            p0 = Vector512.MultiplyAddEstimate(row, a, p0);
            q0 = Vector512.MultiplyAddEstimate(row, b, q0);
            row = Load(ref r1, i);
            p1 = Vector512.MultiplyAddEstimate(row, a, p1);
            q1 = Vector512.MultiplyAddEstimate(row, b, q1);
            row = Load(ref r2, i);
            p2 = Vector512.MultiplyAddEstimate(row, a, p2);
            q2 = Vector512.MultiplyAddEstimate(row, b, q2);
            row = Load(ref r3, i);
            p3 = Vector512.MultiplyAddEstimate(row, a, p3);
            q3 = Vector512.MultiplyAddEstimate(row, b, q3);
        }

        products[0] = Vector512.Sum(p0);
        products[1] = Vector512.Sum(p1);
        products[2] = Vector512.Sum(p2);
        products[3] = Vector512.Sum(p3);
        products[4] = Vector512.Sum(q0);
        products[5] = Vector512.Sum(q1);
        products[6] = Vector512.Sum(q2);
        products[7] = Vector512.Sum(q3);
        if (i == dim)
            return;
        for (var row = 0; row < TileRows; row++)
        {
            var rest = rows[(row * dim + i)..((row + 1) * dim)];
            products[row] += Tail(rest, first[i..]);
            products[TileRows + row] += Tail(rest, second[i..]);
        }
    }

    private static float Tail(ReadOnlySpan<float> row, ReadOnlySpan<float> query)
    {
        var sum = 0f;
        for (var i = 0; i < row.Length; i++)
            sum += row[i] * query[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Load(ref float origin, int offset) => Vector512.LoadUnsafe(ref origin, (nuint)offset);
}
