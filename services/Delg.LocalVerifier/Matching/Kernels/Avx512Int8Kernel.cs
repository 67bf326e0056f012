using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>INT8 widened to pairs of 16 bits, AVX-512: 12 rows × 32 lanes; one multiply-add takes two components of 16 lanes.</summary>
internal readonly unsafe struct Avx512Int8Kernel : ITileKernel
{
    public static int Rows => 12;

    public static void Multiply(uint* rows, uint* panel, int words, float* tile)
    {
        Vector512<int> a0 = default, b0 = default;
        Vector512<int> a1 = default, b1 = default;
        Vector512<int> a2 = default, b2 = default;
        Vector512<int> a3 = default, b3 = default;
        Vector512<int> a4 = default, b4 = default;
        Vector512<int> a5 = default, b5 = default;
        Vector512<int> a6 = default, b6 = default;
        Vector512<int> a7 = default, b7 = default;
        Vector512<int> a8 = default, b8 = default;
        Vector512<int> a9 = default, b9 = default;
        Vector512<int> a10 = default, b10 = default;
        Vector512<int> a11 = default, b11 = default;
        for (var w = 0; w < words; w++, rows += 12, panel += DescriptorPanels.Width)
        {
            var low = Vector512.LoadAligned(panel).AsInt16();
            var high = Vector512.LoadAligned(panel + 16).AsInt16();
            Vector512<short> x;
            x = Vector512.Create(rows[0]).AsInt16();
            a0 += Avx512BW.MultiplyAddAdjacent(low, x);
            b0 += Avx512BW.MultiplyAddAdjacent(high, x);
            x = Vector512.Create(rows[1]).AsInt16();
            a1 += Avx512BW.MultiplyAddAdjacent(low, x);
            b1 += Avx512BW.MultiplyAddAdjacent(high, x);
            x = Vector512.Create(rows[2]).AsInt16();
            a2 += Avx512BW.MultiplyAddAdjacent(low, x);
            b2 += Avx512BW.MultiplyAddAdjacent(high, x);
            x = Vector512.Create(rows[3]).AsInt16();
            a3 += Avx512BW.MultiplyAddAdjacent(low, x);
            b3 += Avx512BW.MultiplyAddAdjacent(high, x);
            x = Vector512.Create(rows[4]).AsInt16();
            a4 += Avx512BW.MultiplyAddAdjacent(low, x);
            b4 += Avx512BW.MultiplyAddAdjacent(high, x);
            x = Vector512.Create(rows[5]).AsInt16();
            a5 += Avx512BW.MultiplyAddAdjacent(low, x);
            b5 += Avx512BW.MultiplyAddAdjacent(high, x);
            x = Vector512.Create(rows[6]).AsInt16();
            a6 += Avx512BW.MultiplyAddAdjacent(low, x);
            b6 += Avx512BW.MultiplyAddAdjacent(high, x);
            x = Vector512.Create(rows[7]).AsInt16();
            a7 += Avx512BW.MultiplyAddAdjacent(low, x);
            b7 += Avx512BW.MultiplyAddAdjacent(high, x);
            x = Vector512.Create(rows[8]).AsInt16();
            a8 += Avx512BW.MultiplyAddAdjacent(low, x);
            b8 += Avx512BW.MultiplyAddAdjacent(high, x);
            x = Vector512.Create(rows[9]).AsInt16();
            a9 += Avx512BW.MultiplyAddAdjacent(low, x);
            b9 += Avx512BW.MultiplyAddAdjacent(high, x);
            x = Vector512.Create(rows[10]).AsInt16();
            a10 += Avx512BW.MultiplyAddAdjacent(low, x);
            b10 += Avx512BW.MultiplyAddAdjacent(high, x);
            x = Vector512.Create(rows[11]).AsInt16();
            a11 += Avx512BW.MultiplyAddAdjacent(low, x);
            b11 += Avx512BW.MultiplyAddAdjacent(high, x);
        }

        Store(tile, 0, a0, b0);
        Store(tile, 1, a1, b1);
        Store(tile, 2, a2, b2);
        Store(tile, 3, a3, b3);
        Store(tile, 4, a4, b4);
        Store(tile, 5, a5, b5);
        Store(tile, 6, a6, b6);
        Store(tile, 7, a7, b7);
        Store(tile, 8, a8, b8);
        Store(tile, 9, a9, b9);
        Store(tile, 10, a10, b10);
        Store(tile, 11, a11, b11);
    }

    private static void Store(float* tile, int row, Vector512<int> low, Vector512<int> high)
    {
        Vector512.ConvertToSingle(low).StoreAligned(tile + (row * DescriptorPanels.Width));
        Vector512.ConvertToSingle(high).StoreAligned(tile + (row * DescriptorPanels.Width) + 16);
    }
}
