using Delg.EndToEnd.Tests.Processes;

namespace Delg.EndToEnd.Tests.CommandLine;

public sealed class DemoTests
{
    [Fact]
    public async Task Demo_DrawnScenes_AnswersRightAndLeavesPictures()
    {
        using var home = new TemporaryFolder();

        var report = await DelgCommand.JsonAsync(home, "demo", "--exit", "--groups", "3", "--views", "2", "--pictures", home.Below("matches"));

        Assert.Equal(6, report["images"]!.GetValue<int>());
        Assert.Equal(3, report["queries"]!.GetValue<int>());
        Assert.Equal(3, report["right"]!.GetValue<int>());
        Assert.True(report["seconds"]!.GetValue<double>() > 0);
        var pictures = report["pictures"]!.AsArray().Select(picture => picture!.GetValue<string>()).ToArray();
        Assert.NotEmpty(pictures);
        Assert.All(pictures, picture => Assert.True(new FileInfo(picture).Length > 0, picture));
    }
}
