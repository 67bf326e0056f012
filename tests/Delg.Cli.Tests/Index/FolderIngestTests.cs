using Delg.Cli.Files;
using Delg.Cli.Index;
using Delg.Cli.Output;
using Delg.Contracts.Errors;
using Delg.Contracts.Tests.Client;
using Grpc.Core;

namespace Delg.Cli.Tests.Index;

public sealed class FolderIngestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(Path.GetTempPath());
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _folder.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task RunAsync_ServerGoesAway_TellsWhatBecameOfThoseBefore()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        gateway.Before = (call, _) => call switch
        {
            1 => Task.CompletedTask,
            2 => throw new DelgException(StatusCode.InvalidArgument, "IMAGE_CORRUPT", "It breaks off.").ToRpcException(),
            _ => throw new RpcException(new Status(StatusCode.Unavailable, "gone")),
        };

        var failure = await Assert.ThrowsAsync<RpcException>(() => RunAsync(gateway, 4));

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Contains("1.jpg: It breaks off. [IMAGE_CORRUPT]", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("2 of 4 pictures: 1 added, 0 replaced, 0 unchanged, 1 failed.", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_AskedTooOften_WaitsAsItIsTold()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        gateway.Before = (call, _) => call > 3 ? Task.CompletedTask : throw new DelgException(StatusCode.ResourceExhausted, ErrorReason.RateLimited, "Too often.")
        {
            RetryDelay = TimeSpan.FromMilliseconds(1),
        }.ToRpcException();

        var report = await RunAsync(gateway, 1);

        Assert.Equal((1, 0), (report.Added, report.Failures.Count));
        Assert.Equal(4, gateway.Calls.Count);
    }

    [Fact]
    public async Task RunAsync_FullForGood_FailsThePictureAtOnce()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        gateway.Before = (_, _) => throw new DelgException(StatusCode.ResourceExhausted, ErrorReason.RequestTooLarge, "Too large.").ToRpcException();

        var report = await RunAsync(gateway, 1);

        Assert.Equal(ErrorReason.RequestTooLarge, Assert.Single(report.Failures).Reason);
        Assert.Single(gateway.Calls);
    }

    private async Task<IngestReport> RunAsync(ScriptedGateway gateway, int count)
    {
        var images = new List<ImageFile>();
        for (var i = 0; i < count; i++)
        {
            images.Add(new ImageFile($"{i}.jpg", Path.Combine(_folder.Path, $"{i}.jpg")));
            await File.WriteAllBytesAsync(images[i].Path, [1]);
        }

        await using var client = gateway.NewClient(options => options with { MaxAttempts = 1 });
        return await new FolderIngest(client, "c", inFlight: 1).RunAsync(images, new Terminal(TextWriter.Null, _error, isJson: false), CancellationToken.None);
    }
}
