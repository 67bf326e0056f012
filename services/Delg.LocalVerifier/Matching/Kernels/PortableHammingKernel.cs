using System.Runtime.Intrinsics;

namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>Any machine whose 16-byte vectors look up bytes; 2 rows × 64 lanes, each panel in two halves.</summary>
internal readonly unsafe struct PortableHammingKernel : IHammingKernel
{
    public static int Rows => 2;

    public static void Count(ushort* rows, byte* tables, byte* panel, int halves, byte* tile)
    {
        Half(rows, tables, panel, halves, tile);
        Half(rows, tables, panel + (HammingPanels.Width / 2), halves, tile + (HammingPanels.Width / 2));
    }

    private static void Half(ushort* rows, byte* tables, byte* panel, int halves, byte* tile)
    {
        Vector128<byte> a0 = default, b0 = default, c0 = default, d0 = default;
        Vector128<byte> a1 = default, b1 = default, c1 = default, d1 = default;
        for (var h = 0; h < halves; h++, rows += 2, panel += HammingPanels.Width)
        {
            var x = Vector128.LoadAligned(panel);
            var y = Vector128.LoadAligned(panel + 16);
            var z = Vector128.LoadAligned(panel + 32);
            var w = Vector128.LoadAligned(panel + 48);
            Vector128<byte> table;
            table = Vector128.LoadAligned(tables + rows[0]);
            a0 += Vector128.ShuffleNative(table, x);
            b0 += Vector128.ShuffleNative(table, y);
            c0 += Vector128.ShuffleNative(table, z);
            d0 += Vector128.ShuffleNative(table, w);
            table = Vector128.LoadAligned(tables + rows[1]);
            a1 += Vector128.ShuffleNative(table, x);
            b1 += Vector128.ShuffleNative(table, y);
            c1 += Vector128.ShuffleNative(table, z);
            d1 += Vector128.ShuffleNative(table, w);
        }

        a0.StoreAligned(tile);
        b0.StoreAligned(tile + 16);
        c0.StoreAligned(tile + 32);
        d0.StoreAligned(tile + 48);
        a1.StoreAligned(tile + 128);
        b1.StoreAligned(tile + 144);
        c1.StoreAligned(tile + 160);
        d1.StoreAligned(tile + 176);
    }
}
