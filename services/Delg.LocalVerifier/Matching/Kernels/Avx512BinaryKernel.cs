using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>BINARY, AVX-512: bits that differ, counted by looking up half bytes. Similarity is minus the Hamming distance.</summary>
internal readonly unsafe struct Avx512BinaryKernel : ITileKernel
{
    // A byte of the counters takes 8 bits a word: after 31 words it could overflow.
    private const int WordsACounterHolds = 31;

    public static int Rows => 4;

    public static void Multiply(uint* rows, uint* panel, int words, float* tile)
    {
        for (var lane = 0; lane < DescriptorPanels.Width; lane += 16)
        {
            Vector512<int> a = default, b = default, c = default, d = default;
            for (var start = 0; start < words; start += WordsACounterHolds)
            {
                var end = Math.Min(words, start + WordsACounterHolds);
                Vector512<byte> countA = default, countB = default, countC = default, countD = default;
                for (var w = start; w < end; w++)
                {
                    var lanes = Vector512.LoadAligned(panel + (w * DescriptorPanels.Width) + lane);
                    var row = rows + (w * 4);
                    countA += BitsOfBytes(lanes ^ Vector512.Create(row[0]));
                    countB += BitsOfBytes(lanes ^ Vector512.Create(row[1]));
                    countC += BitsOfBytes(lanes ^ Vector512.Create(row[2]));
                    countD += BitsOfBytes(lanes ^ Vector512.Create(row[3]));
                }

                a -= SumOfBytes(countA);
                b -= SumOfBytes(countB);
                c -= SumOfBytes(countC);
                d -= SumOfBytes(countD);
            }

            Vector512.ConvertToSingle(a).StoreAligned(tile + lane);
            Vector512.ConvertToSingle(b).StoreAligned(tile + DescriptorPanels.Width + lane);
            Vector512.ConvertToSingle(c).StoreAligned(tile + (2 * DescriptorPanels.Width) + lane);
            Vector512.ConvertToSingle(d).StoreAligned(tile + (3 * DescriptorPanels.Width) + lane);
        }
    }

    private static Vector512<byte> BitsOfBytes(Vector512<uint> difference)
    {
        var bitsOfHalf = Vector512.Create(Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
        var half = Vector512.Create((byte)0x0F);
        var low = difference.AsByte() & half;
        var high = (difference >> 4).AsByte() & half;
        return Avx512BW.Shuffle(bitsOfHalf, low) + Avx512BW.Shuffle(bitsOfHalf, high);
    }

    private static Vector512<int> SumOfBytes(Vector512<byte> counts) =>
        Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(counts, Vector512.Create((sbyte)1)), Vector512.Create((short)1));
}
