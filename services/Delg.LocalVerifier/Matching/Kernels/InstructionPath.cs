using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>Which family of kernels runs. All give the same matches.</summary>
internal enum InstructionPath
{
    /// <summary>Plain C# on any machine.</summary>
    Portable,

    /// <summary>AVX2 with FMA.</summary>
    Avx2,

    /// <summary>AVX-512 F and BW.</summary>
    Avx512,
}

/// <summary>What this machine can run.</summary>
internal static class InstructionPaths
{
    /// <summary>The fastest path of this machine.</summary>
    public static InstructionPath Best { get; } =
        IsSupported(InstructionPath.Avx512) ? InstructionPath.Avx512
        : IsSupported(InstructionPath.Avx2) ? InstructionPath.Avx2
        : InstructionPath.Portable;

    public static bool IsSupported(InstructionPath path) => path switch
    {
        InstructionPath.Avx512 => Vector512.IsHardwareAccelerated && Avx512BW.IsSupported,
        InstructionPath.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        _ => true,
    };
}
