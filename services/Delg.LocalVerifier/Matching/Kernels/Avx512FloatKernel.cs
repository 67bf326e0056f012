using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>FLOAT32, AVX-512: 12 rows × 32 lanes in 24 of the 32 registers.</summary>
internal readonly unsafe struct Avx512FloatKernel : ITileKernel
{
    public static int Rows => 12;

    public static void Multiply(uint* rows, uint* panel, int words, float* tile)
    {
        var row = (float*)rows;
        var lanes = (float*)panel;
        Vector512<float> a0 = default, b0 = default;
        Vector512<float> a1 = default, b1 = default;
        Vector512<float> a2 = default, b2 = default;
        Vector512<float> a3 = default, b3 = default;
        Vector512<float> a4 = default, b4 = default;
        Vector512<float> a5 = default, b5 = default;
        Vector512<float> a6 = default, b6 = default;
        Vector512<float> a7 = default, b7 = default;
        Vector512<float> a8 = default, b8 = default;
        Vector512<float> a9 = default, b9 = default;
        Vector512<float> a10 = default, b10 = default;
        Vector512<float> a11 = default, b11 = default;
        for (var w = 0; w < words; w++, row += 12, lanes += DescriptorPanels.Width)
        {
            var low = Vector512.LoadAligned(lanes);
            var high = Vector512.LoadAligned(lanes + 16);
            Vector512<float> x;
            x = Vector512.Create(row[0]);
            a0 = Avx512F.FusedMultiplyAdd(x, low, a0);
            b0 = Avx512F.FusedMultiplyAdd(x, high, b0);
            x = Vector512.Create(row[1]);
            a1 = Avx512F.FusedMultiplyAdd(x, low, a1);
            b1 = Avx512F.FusedMultiplyAdd(x, high, b1);
            x = Vector512.Create(row[2]);
            a2 = Avx512F.FusedMultiplyAdd(x, low, a2);
            b2 = Avx512F.FusedMultiplyAdd(x, high, b2);
            x = Vector512.Create(row[3]);
            a3 = Avx512F.FusedMultiplyAdd(x, low, a3);
            b3 = Avx512F.FusedMultiplyAdd(x, high, b3);
            x = Vector512.Create(row[4]);
            a4 = Avx512F.FusedMultiplyAdd(x, low, a4);
            b4 = Avx512F.FusedMultiplyAdd(x, high, b4);
            x = Vector512.Create(row[5]);
            a5 = Avx512F.FusedMultiplyAdd(x, low, a5);
            b5 = Avx512F.FusedMultiplyAdd(x, high, b5);
            x = Vector512.Create(row[6]);
            a6 = Avx512F.FusedMultiplyAdd(x, low, a6);
            b6 = Avx512F.FusedMultiplyAdd(x, high, b6);
            x = Vector512.Create(row[7]);
            a7 = Avx512F.FusedMultiplyAdd(x, low, a7);
            b7 = Avx512F.FusedMultiplyAdd(x, high, b7);
            x = Vector512.Create(row[8]);
            a8 = Avx512F.FusedMultiplyAdd(x, low, a8);
            b8 = Avx512F.FusedMultiplyAdd(x, high, b8);
            x = Vector512.Create(row[9]);
            a9 = Avx512F.FusedMultiplyAdd(x, low, a9);
            b9 = Avx512F.FusedMultiplyAdd(x, high, b9);
            x = Vector512.Create(row[10]);
            a10 = Avx512F.FusedMultiplyAdd(x, low, a10);
            b10 = Avx512F.FusedMultiplyAdd(x, high, b10);
            x = Vector512.Create(row[11]);
            a11 = Avx512F.FusedMultiplyAdd(x, low, a11);
            b11 = Avx512F.FusedMultiplyAdd(x, high, b11);
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

    private static void Store(float* tile, int row, Vector512<float> low, Vector512<float> high)
    {
        low.StoreAligned(tile + (row * DescriptorPanels.Width));
        high.StoreAligned(tile + (row * DescriptorPanels.Width) + 16);
    }
}
