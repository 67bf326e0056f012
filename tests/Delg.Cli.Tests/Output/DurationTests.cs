using Delg.Cli.Output;

namespace Delg.Cli.Tests.Output;

public sealed class DurationTests
{
    [Theory]
    [InlineData(0.25, "250 ms")]
    [InlineData(12.34, "12.3 s")]
    [InlineData(185, "3 min 5 s")]
    [InlineData(7800, "2 h 10 min")]
    public void InWords_Seconds_TakesFittingUnits(double seconds, string expected) => Assert.Equal(expected, Duration.InWords(TimeSpan.FromSeconds(seconds)));
}
