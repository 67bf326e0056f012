using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>AVX2: 6 rows × 32 lanes in 12 of the 16 registers, each panel in two halves.</summary>
internal readonly unsafe struct Avx2DotKernel : IDotKernel
{
    public static int Rows => 6;

    public static void Multiply(uint* rows, short* starts, byte* panel, int pairs, short* tile)
    {
        Half(rows, starts, panel, pairs, tile);
        Half(rows, starts, panel + DotPanels.Width, pairs, tile + (DotPanels.Width / 2));
    }

    private static void Half(uint* rows, short* starts, byte* panel, int pairs, short* tile)
    {
        Vector256<short> a0 = Vector256.Create(starts[0]), b0 = a0;
        Vector256<short> a1 = Vector256.Create(starts[1]), b1 = a1;
        Vector256<short> a2 = Vector256.Create(starts[2]), b2 = a2;
        Vector256<short> a3 = Vector256.Create(starts[3]), b3 = a3;
        Vector256<short> a4 = Vector256.Create(starts[4]), b4 = a4;
        Vector256<short> a5 = Vector256.Create(starts[5]), b5 = a5;
        for (var p = 0; p < pairs; p++, rows += 6, panel += 2 * DotPanels.Width)
        {
            var low = Vector256.LoadAligned(panel);
            var high = Vector256.LoadAligned(panel + 32);
            Vector256<sbyte> x;
            x = Vector256.Create(rows[0]).AsSByte();
            a0 += Avx2.MultiplyAddAdjacent(low, x);
            b0 += Avx2.MultiplyAddAdjacent(high, x);
            x = Vector256.Create(rows[1]).AsSByte();
            a1 += Avx2.MultiplyAddAdjacent(low, x);
            b1 += Avx2.MultiplyAddAdjacent(high, x);
            x = Vector256.Create(rows[2]).AsSByte();
            a2 += Avx2.MultiplyAddAdjacent(low, x);
            b2 += Avx2.MultiplyAddAdjacent(high, x);
            x = Vector256.Create(rows[3]).AsSByte();
            a3 += Avx2.MultiplyAddAdjacent(low, x);
            b3 += Avx2.MultiplyAddAdjacent(high, x);
            x = Vector256.Create(rows[4]).AsSByte();
            a4 += Avx2.MultiplyAddAdjacent(low, x);
            b4 += Avx2.MultiplyAddAdjacent(high, x);
            x = Vector256.Create(rows[5]).AsSByte();
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

    private static void Store(short* tile, int row, Vector256<short> low, Vector256<short> high)
    {
        low.StoreAligned(tile + (row * DotPanels.Width));
        high.StoreAligned(tile + (row * DotPanels.Width) + 16);
    }
}
