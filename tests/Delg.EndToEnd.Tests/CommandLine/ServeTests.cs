using Delg.EndToEnd.Tests.FourProcesses;
using Delg.EndToEnd.Tests.Processes;

namespace Delg.EndToEnd.Tests.CommandLine;

public sealed class ServeTests
{
    [Fact]
    public async Task Serve_IndexThenSearch_AnswersThroughTheRunningServer()
    {
        using var home = new TemporaryFolder();
        var photos = home.Below("photos");
        foreach (var view in Scenes.All.Take(4))
        {
            var file = Path.Combine(photos, view.RelativePath);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, view.Jpeg, TestContext.Current.CancellationToken);
        }

        await using var server = DelgCommand.Start(home, "serve", "--free-ports", "--json");
        var address = (await DelgCommand.AnswerAsync(server))["addresses"]!["gateway"]!.GetValue<string>();
        var indexed = await DelgCommand.JsonAsync(home, "index", photos);
        var again = await DelgCommand.JsonAsync(home, "index", photos, "--server", address);
        var found = await DelgCommand.JsonAsync(home, "search", Path.Combine(photos, Scenes.First.RelativePath), "--top-k", "2");
        var code = await server.StopAsync();

        Assert.Equal(4, indexed["added"]!.GetValue<int>());
        Assert.Equal(4, again["unchanged"]!.GetValue<int>());
        Assert.Equal(2, found["hits"]!.AsArray().Count);
        Assert.Equal(Scenes.First.RelativePath, found["hits"]![0]!["image_id"]!.GetValue<string>());
        Assert.True(found["hits"]![0]!["verified"]!.GetValue<bool>());
        Assert.Equal(0, code);
    }
}
