using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>AVX2: 2 rows × 128 lanes in 8 of the 16 registers.</summary>
internal readonly unsafe struct Avx2HammingKernel : IHammingKernel
{
    public static int Rows => 2;

    public static void Count(ushort* rows, byte* tables, byte* panel, int halves, byte* tile)
    {
        Vector256<byte> a0 = default, b0 = default, c0 = default, d0 = default;
        Vector256<byte> a1 = default, b1 = default, c1 = default, d1 = default;
        for (var h = 0; h < halves; h++, rows += 2, panel += HammingPanels.Width)
        {
            var x = Vector256.LoadAligned(panel);
            var y = Vector256.LoadAligned(panel + 32);
            var z = Vector256.LoadAligned(panel + 64);
            var w = Vector256.LoadAligned(panel + 96);
            Vector256<byte> table;
            table = Vector256.LoadAligned(tables + rows[0]);
            a0 += Avx2.Shuffle(table, x);
            b0 += Avx2.Shuffle(table, y);
            c0 += Avx2.Shuffle(table, z);
            d0 += Avx2.Shuffle(table, w);
            table = Vector256.LoadAligned(tables + rows[1]);
            a1 += Avx2.Shuffle(table, x);
            b1 += Avx2.Shuffle(table, y);
            c1 += Avx2.Shuffle(table, z);
            d1 += Avx2.Shuffle(table, w);
        }

        a0.StoreAligned(tile);
        b0.StoreAligned(tile + 32);
        c0.StoreAligned(tile + 64);
        d0.StoreAligned(tile + 96);
        a1.StoreAligned(tile + 128);
        b1.StoreAligned(tile + 160);
        c1.StoreAligned(tile + 192);
        d1.StoreAligned(tile + 224);
    }
}
