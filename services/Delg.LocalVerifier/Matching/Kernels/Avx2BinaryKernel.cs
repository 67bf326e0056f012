using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>BINARY, AVX2: bits that differ, counted by looking up half bytes. Similarity is minus the Hamming distance.</summary>
internal readonly unsafe struct Avx2BinaryKernel : ITileKernel
{
    // A byte of the counters takes 8 bits a word: after 31 words it could overflow.
    private const int WordsACounterHolds = 31;

    public static int Rows => 4;

    public static void Multiply(uint* rows, uint* panel, int words, float* tile)
    {
        for (var lane = 0; lane < DescriptorPanels.Width; lane += 8)
        {
            Vector256<int> a = default, b = default, c = default, d = default;
            for (var start = 0; start < words; start += WordsACounterHolds)
            {
                var end = Math.Min(words, start + WordsACounterHolds);
                Vector256<byte> countA = default, countB = default, countC = default, countD = default;
                for (var w = start; w < end; w++)
                {
                    var lanes = Vector256.LoadAligned(panel + (w * DescriptorPanels.Width) + lane);
                    var row = rows + (w * 4);
                    countA += BitsOfBytes(lanes ^ Vector256.Create(row[0]));
                    countB += BitsOfBytes(lanes ^ Vector256.Create(row[1]));
                    countC += BitsOfBytes(lanes ^ Vector256.Create(row[2]));
                    countD += BitsOfBytes(lanes ^ Vector256.Create(row[3]));
                }

                a -= SumOfBytes(countA);
                b -= SumOfBytes(countB);
                c -= SumOfBytes(countC);
                d -= SumOfBytes(countD);
            }

            Vector256.ConvertToSingle(a).StoreAligned(tile + lane);
            Vector256.ConvertToSingle(b).StoreAligned(tile + DescriptorPanels.Width + lane);
            Vector256.ConvertToSingle(c).StoreAligned(tile + (2 * DescriptorPanels.Width) + lane);
            Vector256.ConvertToSingle(d).StoreAligned(tile + (3 * DescriptorPanels.Width) + lane);
        }
    }

    private static Vector256<byte> BitsOfBytes(Vector256<uint> difference)
    {
        var bitsOfHalf = Vector256.Create(Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
        var half = Vector256.Create((byte)0x0F);
        var low = difference.AsByte() & half;
        var high = (difference >> 4).AsByte() & half;
        return Avx2.Shuffle(bitsOfHalf, low) + Avx2.Shuffle(bitsOfHalf, high);
    }

    private static Vector256<int> SumOfBytes(Vector256<byte> counts) =>
        Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(counts, Vector256.Create((sbyte)1)), Vector256.Create((short)1));
}
