using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>FLOAT32, AVX2 with FMA: 6 rows × 16 lanes in 12 of the 16 registers, each panel in two halves.</summary>
internal readonly unsafe struct Avx2FloatKernel : ITileKernel
{
    public static int Rows => 6;

    public static void Multiply(uint* rows, uint* panel, int words, float* tile)
    {
        Half((float*)rows, (float*)panel, words, tile);
        Half((float*)rows, (float*)panel + 16, words, tile + 16);
    }

    private static void Half(float* row, float* lanes, int words, float* tile)
    {
        Vector256<float> a0 = default, b0 = default;
        Vector256<float> a1 = default, b1 = default;
        Vector256<float> a2 = default, b2 = default;
        Vector256<float> a3 = default, b3 = default;
        Vector256<float> a4 = default, b4 = default;
        Vector256<float> a5 = default, b5 = default;
        for (var w = 0; w < words; w++, row += 6, lanes += DescriptorPanels.Width)
        {
            var low = Vector256.LoadAligned(lanes);
            var high = Vector256.LoadAligned(lanes + 8);
            Vector256<float> x;
            x = Vector256.Create(row[0]);
            a0 = Fma.MultiplyAdd(x, low, a0);
            b0 = Fma.MultiplyAdd(x, high, b0);
            x = Vector256.Create(row[1]);
            a1 = Fma.MultiplyAdd(x, low, a1);
            b1 = Fma.MultiplyAdd(x, high, b1);
            x = Vector256.Create(row[2]);
            a2 = Fma.MultiplyAdd(x, low, a2);
            b2 = Fma.MultiplyAdd(x, high, b2);
            x = Vector256.Create(row[3]);
            a3 = Fma.MultiplyAdd(x, low, a3);
            b3 = Fma.MultiplyAdd(x, high, b3);
            x = Vector256.Create(row[4]);
            a4 = Fma.MultiplyAdd(x, low, a4);
            b4 = Fma.MultiplyAdd(x, high, b4);
            x = Vector256.Create(row[5]);
            a5 = Fma.MultiplyAdd(x, low, a5);
            b5 = Fma.MultiplyAdd(x, high, b5);
        }

        Store(tile, 0, a0, b0);
        Store(tile, 1, a1, b1);
        Store(tile, 2, a2, b2);
        Store(tile, 3, a3, b3);
        Store(tile, 4, a4, b4);
        Store(tile, 5, a5, b5);
    }

    private static void Store(float* tile, int row, Vector256<float> low, Vector256<float> high)
    {
        low.StoreAligned(tile + (row * DescriptorPanels.Width));
        high.StoreAligned(tile + (row * DescriptorPanels.Width) + 8);
    }
}
