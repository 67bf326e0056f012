using System.Numerics;

namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>Any machine, with the vectors it has.</summary>
internal readonly unsafe struct PortableDotKernel : IDotKernel
{
    public static int Rows => 4;

    public static void Multiply(uint* rows, short* starts, byte* panel, int pairs, short* tile)
    {
        for (var lane = 0; lane < DotPanels.Width; lane += Vector<short>.Count)
        {
            Vector<short> a = new(starts[0]), b = new(starts[1]), c = new(starts[2]), d = new(starts[3]);
            var lanes = (ushort*)panel + lane;
            var row = rows;
            for (var p = 0; p < pairs; p++, row += 4, lanes += DotPanels.Width)
            {
                var both = Vector.Load(lanes);
                var first = Vector.AsVectorInt16(both & new Vector<ushort>(byte.MaxValue));
                var second = Vector.AsVectorInt16(Vector.ShiftRightLogical(both, 8));
                a += (first * First(row[0])) + (second * Second(row[0]));
                b += (first * First(row[1])) + (second * Second(row[1]));
                c += (first * First(row[2])) + (second * Second(row[2]));
                d += (first * First(row[3])) + (second * Second(row[3]));
            }

            a.Store(tile + lane);
            b.Store(tile + DotPanels.Width + lane);
            c.Store(tile + (2 * DotPanels.Width) + lane);
            d.Store(tile + (3 * DotPanels.Width) + lane);
        }
    }

    private static Vector<short> First(uint pair) => new((sbyte)pair);

    private static Vector<short> Second(uint pair) => new((sbyte)(pair >> 8));
}
