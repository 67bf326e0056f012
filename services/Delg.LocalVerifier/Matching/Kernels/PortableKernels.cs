using System.Numerics;

namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>FLOAT32 without special instructions.</summary>
internal readonly unsafe struct PortableFloatKernel : ITileKernel
{
    public static int Rows => 1;

    public static void Multiply(uint* rows, uint* panel, int words, float* tile)
    {
        new Span<float>(tile, DescriptorPanels.Width).Clear();
        for (var w = 0; w < words; w++)
        {
            var x = ((float*)rows)[w];
            var lanes = (float*)panel + (w * DescriptorPanels.Width);
            for (var lane = 0; lane < DescriptorPanels.Width; lane++)
                tile[lane] = MathF.FusedMultiplyAdd(x, lanes[lane], tile[lane]);
        }
    }
}

/// <summary>INT8 widened to pairs of 16 bits, without special instructions.</summary>
internal readonly unsafe struct PortableInt8Kernel : ITileKernel
{
    public static int Rows => 1;

    public static void Multiply(uint* rows, uint* panel, int words, float* tile)
    {
        var row = (short*)rows;
        for (var lane = 0; lane < DescriptorPanels.Width; lane++)
        {
            var sum = 0;
            for (var w = 0; w < words; w++)
            {
                var pair = (short*)(panel + (w * DescriptorPanels.Width) + lane);
                sum += (row[2 * w] * pair[0]) + (row[(2 * w) + 1] * pair[1]);
            }

            tile[lane] = sum;
        }
    }
}

/// <summary>BINARY without special instructions.</summary>
internal readonly unsafe struct PortableBinaryKernel : ITileKernel
{
    public static int Rows => 1;

    public static void Multiply(uint* rows, uint* panel, int words, float* tile)
    {
        for (var lane = 0; lane < DescriptorPanels.Width; lane++)
        {
            var differing = 0;
            for (var w = 0; w < words; w++)
                differing += BitOperations.PopCount(rows[w] ^ panel[(w * DescriptorPanels.Width) + lane]);
            tile[lane] = -differing;
        }
    }
}
