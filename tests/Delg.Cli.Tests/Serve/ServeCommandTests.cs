using System.Text.Json.Nodes;
using Delg.Cli.CommandLine;
using Delg.Cli.Connection;

namespace Delg.Cli.Tests.Serve;

public sealed class ServeCommandTests
{
    [Fact]
    public async Task Serve_ThenIndexAndSearchOnTheSameFolder_TalkToIt()
    {
        using var scenes = new ScenePictures(2, 2);
        var data = scenes.At("data");
        await using var server = await Server.StartAsync(data);
        await File.WriteAllTextAsync(Path.Combine(scenes.Pictures, "zzz_broken.jpg"), "not a picture", TestContext.Current.CancellationToken);

        var index = await CliRun.OfAsync("index", scenes.Pictures, "--data", data, "--json");
        var again = await CliRun.OfAsync("index", scenes.Pictures, "--data", data, "--json");
        var search = await CliRun.OfAsync("search", scenes.Files[0], "--data", data, "--top-k", "3", "--json");
        var byId = await CliRun.OfAsync("search", "--id", "facade_brick_01/view_01.jpg", "--data", data, "--rerank-depth", "0");
        var unknown = await CliRun.OfAsync("search", "--id", "nobody", "--data", data);
        var exitCode = await server.StopAsync();

        Assert.True(index.ExitCode == 3, index.Error);
        Assert.Equal(4, (int)index.Json()["added"]!);
        Assert.Equal("zzz_broken.jpg", (string)Assert.Single(Assert.IsType<JsonArray>(index.Json()["failed"]))!["image_id"]!);
        Assert.Equal(4, (int)again.Json()["unchanged"]!);
        Assert.True(search.ExitCode == 0, search.Error);
        var hits = Assert.IsType<JsonArray>(search.Json()["hits"]);
        Assert.Equal(3, hits.Count);
        Assert.Contains(hits, hit => (double)hit!["similarity"]! > 0.999);
        Assert.Contains("fused", search.Output, StringComparison.Ordinal);
        Assert.Equal(0, byId.ExitCode);
        Assert.DoesNotContain("facade_brick_01/view_01.jpg", byId.Output, StringComparison.Ordinal);
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("IMAGE_NOT_FOUND", unknown.Error, StringComparison.Ordinal);
        Assert.Equal(0, exitCode);
        Assert.Null(EndpointFile.Find(data));
    }

    [Fact]
    public async Task Index_NoServer_StartsTheSystemItself()
    {
        using var scenes = new ScenePictures(1, 2);

        var index = await CliRun.OfAsync("index", scenes.Pictures, "--data", scenes.At("data"), "--model", TinyModel.Path, "--collection", "mine");
        var search = await CliRun.OfAsync("search", scenes.Files[1], "--data", scenes.At("data"), "--model", TinyModel.Path, "--collection", "mine");

        Assert.True(index.ExitCode == 0, index.Error);
        Assert.Contains("2 added", index.Output, StringComparison.Ordinal);
        Assert.True(search.ExitCode == 0, search.Error);
        Assert.Contains("view_02.jpg", search.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_NobodyAtTheAddress_Exits1AndSaysHowToStartOne()
    {
        using var scenes = new ScenePictures(1, 1);

        // Port 9 (discard) is closed on any sane machine.
        var run = await CliRun.OfAsync("search", scenes.Files[0], "--server", "http://127.0.0.1:9");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("delg serve", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serve", "--port", "70000")]
    [InlineData("index")]
    [InlineData("index", "x", "--in-flight", "0")]
    [InlineData("index", "/", "--server", "localhost:5100")]
    public async Task Serve_WrongUsage_Exits2(params string[] args) => Assert.Equal(2, (await CliRun.OfAsync(args)).ExitCode);

    /// <summary><c>delg serve</c> inside the test process.</summary>
    private sealed class Server : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly StringWriter _error = new();
        private Task<int> _run = Task.FromResult(0);

        public static async Task<Server> StartAsync(string dataFolder)
        {
            var server = new Server();
            server._run = Task.Run(() => DelgCommandLine.RunAsync(
                ["serve", "--data", dataFolder, "--free-ports", "--model", TinyModel.Path],
                TextWriter.Null,
                TextWriter.Synchronized(server._error),
                server._stop.Token));
            while (EndpointFile.Find(dataFolder) is null)
            {
                Assert.False(server._run.IsCompleted, $"The server ended: {server._error}");
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }

            return server;
        }

        public async Task<int> StopAsync()
        {
            await _stop.CancelAsync();
            return await _run;
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _stop.Dispose();
            await _error.DisposeAsync();
        }
    }
}
