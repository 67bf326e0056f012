using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Delg.LocalVerifier.Matching.Kernels;

namespace Delg.LocalVerifier.Tests.Matching;

/// <summary>That the runtime's switches do what <see cref="NarrowerProcessorTests"/> needs of them.</summary>
public sealed class InstructionPathTests
{
    public const string Avx512Switch = "DOTNET_EnableAVX512";
    public const string Avx2Switch = "DOTNET_EnableAVX2";

    [Fact]
    public void Best_SwitchesOfTheRuntime_AreFollowed()
    {
        var (isNotWide, isPortable) = (IsOff(Avx512Switch), IsOff(Avx2Switch));
        if (isNotWide || isPortable)
            Assert.False(Vector512.IsHardwareAccelerated || Avx512F.IsSupported);
        if (isPortable)
            Assert.False(Vector256.IsHardwareAccelerated || Avx2.IsSupported);
        var expected = Avx512BW.IsSupported && Vector512.IsHardwareAccelerated ? InstructionPath.Avx512 : Avx2.IsSupported ? InstructionPath.Avx2 : InstructionPath.Portable;
        Assert.Equal(expected, InstructionPaths.Best);
    }

    private static bool IsOff(string name) => Environment.GetEnvironmentVariable(name) == "0";
}
