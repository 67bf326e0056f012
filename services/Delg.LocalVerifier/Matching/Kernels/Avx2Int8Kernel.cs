using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>INT8 widened to pairs of 16 bits, AVX2: 6 rows × 16 lanes, each panel in two halves.</summary>
internal readonly unsafe struct Avx2Int8Kernel : ITileKernel
{
    public static int Rows => 6;

    public static void Multiply(uint* rows, uint* panel, int words, float* tile)
    {
        Half(rows, panel, words, tile);
        Half(rows, panel + 16, words, tile + 16);
    }

    private static void Half(uint* row, uint* lanes, int words, float* tile)
    {
        Vector256<int> a0 = default, b0 = default;
        Vector256<int> a1 = default, b1 = default;
        Vector256<int> a2 = default, b2 = default;
        Vector256<int> a3 = default, b3 = default;
        Vector256<int> a4 = default, b4 = default;
        Vector256<int> a5 = default, b5 = default;
        for (var w = 0; w < words; w++, row += 6, lanes += DescriptorPanels.Width)
        {
            var low = Vector256.LoadAligned(lanes).AsInt16();
            var high = Vector256.LoadAligned(lanes + 8).AsInt16();
            Vector256<short> x;
            x = Vector256.Create(row[0]).AsInt16();
            a0 += Avx2.MultiplyAddAdjacent(low, x);
            b0 += Avx2.MultiplyAddAdjacent(high, x);
            x = Vector256.Create(row[1]).AsInt16();
            a1 += Avx2.MultiplyAddAdjacent(low, x);
            b1 += Avx2.MultiplyAddAdjacent(high, x);
            x = Vector256.Create(row[2]).AsInt16();
            a2 += Avx2.MultiplyAddAdjacent(low, x);
            b2 += Avx2.MultiplyAddAdjacent(high, x);
            x = Vector256.Create(row[3]).AsInt16();
            a3 += Avx2.MultiplyAddAdjacent(low, x);
            b3 += Avx2.MultiplyAddAdjacent(high, x);
            x = Vector256.Create(row[4]).AsInt16();
            a4 += Avx2.MultiplyAddAdjacent(low, x);
            b4 += Avx2.MultiplyAddAdjacent(high, x);
            x = Vector256.Create(row[5]).AsInt16();
            a5 += Avx2.MultiplyAddAdjacent(low, x);
            b5 += Avx2.MultiplyAddAdjacent(high, x);
        }

        Store(tile, 0, a0, b0);
        Store(tile, 1, a1, b1);
        Store(tile, 2, a2, b2);
        Store(tile, 3, a3, b3);
        Store(tile, 4, a4, b4);
        Store(tile, 5, a5, b5);
    }

    private static void Store(float* tile, int row, Vector256<int> low, Vector256<int> high)
    {
        Vector256.ConvertToSingle(low).StoreAligned(tile + (row * DescriptorPanels.Width));
        Vector256.ConvertToSingle(high).StoreAligned(tile + (row * DescriptorPanels.Width) + 8);
    }
}
