using Delg.Cli.CommandLine;
using Delg.Cli.Search;

namespace Delg.Cli.Tests.Search;

public sealed class RegionTextTests
{
    [Fact]
    public void Parse_CornerAndSize_GivesEdges()
    {
        var region = RegionText.Parse("10.5, 20,100,50");

        Assert.Equal((10.5f, 20f, 110.5f, 70f), (region.Left, region.Top, region.Right, region.Bottom));
    }

    [Theory]
    [InlineData("1,2,3")]
    [InlineData("1,2,3,4,5")]
    [InlineData("1,2,0,4")]
    [InlineData("1,2,3,-4")]
    [InlineData("1,2,NaN,4")]
    [InlineData("left,2,3,4")]
    public void Parse_NotARegion_IsWrongUsage(string text) => Assert.Throws<WrongUsageException>(() => RegionText.Parse(text));

    [Theory]
    [InlineData("search")]
    [InlineData("search", "a.jpg", "--id", "b")]
    [InlineData("search", "a.jpg", "--ranking", "random")]
    [InlineData("search", "a.jpg", "--region", "1,2")]
    public async Task Search_WrongUsage_Exits2(params string[] args) => Assert.Equal(2, (await CliRun.OfAsync(args)).ExitCode);
}
