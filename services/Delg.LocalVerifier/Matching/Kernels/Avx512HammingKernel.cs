using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>AVX-512: 8 rows × 128 lanes in 16 of the 32 registers.</summary>
internal readonly unsafe struct Avx512HammingKernel : IHammingKernel
{
    public static int Rows => 8;

    public static void Count(ushort* rows, byte* tables, byte* panel, int halves, byte* tile)
    {
        Vector512<byte> a0 = default, b0 = default;
        Vector512<byte> a1 = default, b1 = default;
        Vector512<byte> a2 = default, b2 = default;
        Vector512<byte> a3 = default, b3 = default;
        Vector512<byte> a4 = default, b4 = default;
        Vector512<byte> a5 = default, b5 = default;
        Vector512<byte> a6 = default, b6 = default;
        Vector512<byte> a7 = default, b7 = default;
        for (var h = 0; h < halves; h++, rows += 8, panel += HammingPanels.Width)
        {
            var x = Vector512.LoadAligned(panel);
            var y = Vector512.LoadAligned(panel + 64);
            Vector512<byte> table;
            table = Vector512.LoadAligned(tables + rows[0]);
            a0 += Avx512BW.Shuffle(table, x);
            b0 += Avx512BW.Shuffle(table, y);
            table = Vector512.LoadAligned(tables + rows[1]);
            a1 += Avx512BW.Shuffle(table, x);
            b1 += Avx512BW.Shuffle(table, y);
            table = Vector512.LoadAligned(tables + rows[2]);
            a2 += Avx512BW.Shuffle(table, x);
            b2 += Avx512BW.Shuffle(table, y);
            table = Vector512.LoadAligned(tables + rows[3]);
            a3 += Avx512BW.Shuffle(table, x);
            b3 += Avx512BW.Shuffle(table, y);
            table = Vector512.LoadAligned(tables + rows[4]);
            a4 += Avx512BW.Shuffle(table, x);
            b4 += Avx512BW.Shuffle(table, y);
            table = Vector512.LoadAligned(tables + rows[5]);
            a5 += Avx512BW.Shuffle(table, x);
            b5 += Avx512BW.Shuffle(table, y);
            table = Vector512.LoadAligned(tables + rows[6]);
            a6 += Avx512BW.Shuffle(table, x);
            b6 += Avx512BW.Shuffle(table, y);
            table = Vector512.LoadAligned(tables + rows[7]);
            a7 += Avx512BW.Shuffle(table, x);
            b7 += Avx512BW.Shuffle(table, y);
        }

        a0.StoreAligned(tile);
        b0.StoreAligned(tile + 64);
        a1.StoreAligned(tile + 128);
        b1.StoreAligned(tile + 192);
        a2.StoreAligned(tile + 256);
        b2.StoreAligned(tile + 320);
        a3.StoreAligned(tile + 384);
        b3.StoreAligned(tile + 448);
        a4.StoreAligned(tile + 512);
        b4.StoreAligned(tile + 576);
        a5.StoreAligned(tile + 640);
        b5.StoreAligned(tile + 704);
        a6.StoreAligned(tile + 768);
        b6.StoreAligned(tile + 832);
        a7.StoreAligned(tile + 896);
        b7.StoreAligned(tile + 960);
    }
}
