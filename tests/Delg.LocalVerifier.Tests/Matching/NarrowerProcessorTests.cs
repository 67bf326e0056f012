using System.Diagnostics;
using System.Text.RegularExpressions;
using Delg.LocalVerifier.Matching.Kernels;
using Delg.LocalVerifier.Tests.Geometry;

namespace Delg.LocalVerifier.Tests.Matching;

/// <summary>
/// The tests of matching and geometry once more, in a process of their own whose runtime leaves wide instructions alone: on a processor that has them all,
/// what is for the others would run in no test.
/// </summary>
public sealed partial class NarrowerProcessorTests
{
    private static readonly Type[] _classes =
        [typeof(InstructionPathTests), typeof(PutativeMatchesTests), typeof(PairVerifierTests), typeof(RansacTests), typeof(MapModelTests)];

    [Theory]
    [InlineData(InstructionPathTests.Avx512Switch, InstructionPath.Avx2)]
    [InlineData(InstructionPathTests.Avx2Switch, InstructionPath.Portable)]
    public async Task Tests_WithoutWiderInstructions_PassToo(string turnedOff, object best)
    {
        var path = (InstructionPath)best;
        Assert.SkipUnless(InstructionPaths.Best > path, $"This processor has nothing wider than {InstructionPaths.Best}: {path} is what all tests here run on, or it cannot.");
        var start = new ProcessStartInfo("dotnet", [typeof(NarrowerProcessorTests).Assembly.Location, "-noColor", .. _classes.SelectMany(tests => new[] { "-class", tests.FullName! })])
        {
            RedirectStandardOutput = true,
        };
        start.Environment[turnedOff] = "0";

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, output);
        var summary = Summary().Match(output);
        Assert.True(summary.Success, output);
        Assert.InRange(int.Parse(summary.Groups[1].Value), 50, int.MaxValue);
        Assert.Equal(("0", "0", "0"), (summary.Groups[2].Value, summary.Groups[3].Value, summary.Groups[4].Value));
    }

    [GeneratedRegex(@"Total: (\d+), Errors: (\d+), Failed: (\d+), Skipped: (\d+)")]
    private static partial Regex Summary();
}
