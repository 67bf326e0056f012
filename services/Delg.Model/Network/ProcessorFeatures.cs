using System.Runtime.Intrinsics.X86;

namespace Delg.Model.Network;

internal static class ProcessorFeatures
{
    /// <summary>Whether the processor multiplies bfloat16 itself (AVX512_BF16, which every processor with AMX_BF16 has too).</summary>
    public static bool ComputesBFloat16 { get; } = Detect();

    private static bool Detect()
    {
        // Avx512F.IsSupported also says that the operating system keeps the wide registers.
        if (!Avx512F.IsSupported || X86Base.CpuId(0, 0).Eax < 7 || X86Base.CpuId(7, 0).Eax < 1)
            return false;
        const int Avx512BFloat16 = 1 << 5;
        return (X86Base.CpuId(7, 1).Eax & Avx512BFloat16) != 0;
    }
}
