using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Delg.GlobalIndex.Exact.Codes;

/// <summary>128-bit vectors as every machine has them, in hardware or not.</summary>
internal readonly struct PortableCodeKernel : ICodeKernel
{
    private const int Lanes = 16;

    public static bool IsSupported => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int One(ref sbyte row, ref sbyte ahead, ref short query, int length)
    {
        var sum = Vector128<int>.Zero;
        for (var i = 0; i < length; i += Lanes)
        {
            var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref row, (nuint)i));
            sum += Product(low, Vector128.LoadUnsafe(ref query, (nuint)i));
            sum += Product(high, Vector128.LoadUnsafe(ref query, (nuint)(i + (Lanes / 2))));
        }

        return Vector128.Sum(sum);
    }

    public static void Tile(
        ref sbyte row0, ref sbyte row1, ref sbyte row2, ref sbyte row3, ref short queries, int stride, int length, Span<Vector128<int>> products)
    {
        products[0] = Four(ref row0, ref queries, stride, length);
        products[1] = Four(ref row1, ref queries, stride, length);
        products[2] = Four(ref row2, ref queries, stride, length);
        products[3] = Four(ref row3, ref queries, stride, length);
    }

    private static Vector128<int> Four(ref sbyte row, ref short queries, int stride, int length) =>
        Vector128.Create(
            One(ref row, ref row, ref queries, length),
            One(ref row, ref row, ref Unsafe.Add(ref queries, stride), length),
            One(ref row, ref row, ref Unsafe.Add(ref queries, 2 * stride), length),
            One(ref row, ref row, ref Unsafe.Add(ref queries, 3 * stride), length));

    private static Vector128<int> Product(Vector128<short> row, Vector128<short> query)
    {
        var (rowLow, rowHigh) = Vector128.Widen(row);
        var (queryLow, queryHigh) = Vector128.Widen(query);
        return rowLow * queryLow + rowHigh * queryHigh;
    }
}
