using Delg.Imaging.Scenes;
using Delg.ServiceDefaults.Hosting;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Delg.Standalone.Tests;

/// <summary>The real services in this process, over loopback, with real stores and a network of random weights.</summary>
public sealed class StandaloneSystemTests : IDisposable
{
    private static readonly IReadOnlyList<SceneView> _scenes =
        [.. SceneGenerator.Generate(new SceneOptions { Groups = 3, ViewsPerGroup = 2, WidthPixels = 320, HeightPixels = 240 })];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("delg-standalone-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task System_IndexSearchRestartDelete_KeepsWhatItAcknowledged()
    {
        await using (var system = await StandaloneSystem.StartAsync(Options))
        {
            using var channel = GrpcChannel.ForAddress(system.Addresses.Gateway);
            var client = new ImageSearchService.ImageSearchServiceClient(channel);

            var results = await IndexAsync(client);
            var byImage = await client.SearchImagesAsync(new SearchImagesRequest { Image = ByteString.CopyFrom(_scenes[0].Jpeg), IncludeTimings = true });
            var unchanged = await client.IndexImageAsync(Request(_scenes[0]));
            var match = await client.MatchImagesAsync(
                new MatchImagesRequest { Query = ByteString.CopyFrom(_scenes[0].Jpeg), Candidate = ByteString.CopyFrom(_scenes[0].Jpeg) });

            Assert.All(results, r => Assert.Equal((0, IndexOutcome.Added), (r.Code, r.Outcome)));
            Assert.Equal(_scenes.Count, results.Count);
            Assert.Equal(_scenes.Count, byImage.Hits.Count);
            Assert.Equal(_scenes[0].RelativePath, byImage.Hits[0].ImageId);
            Assert.Equal(1f, byImage.Hits[0].Similarity, 3);
            Assert.True(byImage.Hits[0].Verification.Verified);
            Assert.Equal((320u, 240u), (byImage.Hits[0].ImageSize.Width, byImage.Hits[0].ImageSize.Height));
            Assert.True(byImage.Timings.ExtractMs > 0);
            Assert.Equal(IndexOutcome.Unchanged, unchanged.Outcome);
            Assert.Equal(1f, match.Similarity, 3);
            Assert.True(match.Verification.Inliers > 3);
            await system.StopAsync();
        }

        await using (var system = await StandaloneSystem.StartAsync(Options))
        {
            using var channel = GrpcChannel.ForAddress(system.Addresses.Gateway);
            var client = new ImageSearchService.ImageSearchServiceClient(channel);

            var byId = await client.SearchImagesAsync(new SearchImagesRequest { ImageId = _scenes[0].RelativePath, Ranking = V1.Ranking.Published });
            var deleted = await client.DeleteImagesAsync(new DeleteImagesRequest { ImageIds = { _scenes[0].RelativePath, _scenes[1].RelativePath } });
            var left = await client.ListImagesAsync(new ListImagesRequest());

            Assert.Equal(_scenes.Count - 1, byId.Hits.Count);
            Assert.DoesNotContain(byId.Hits, h => h.ImageId == _scenes[0].RelativePath);
            Assert.All(byId.Hits, h => Assert.NotNull(h.Verification));
            Assert.Equal((2, 0), (deleted.DeletedCount, deleted.MissingCount));
            Assert.Equal(_scenes.Skip(2).Select(s => s.RelativePath).Order(StringComparer.Ordinal), left.Images.Select(i => i.ImageId));
        }
    }

    [Fact]
    public async Task Start_NoWeights_FailsAndLeavesNothingRunning()
    {
        var wrong = Options with { Settings = new Dictionary<string, string?> { ["Extractor:Weights"] = "/nowhere/delg.safetensors" } };

        var failure = await Assert.ThrowsAsync<ServiceStartException>(() => StandaloneSystem.StartAsync(wrong));
        // The stores are locked by whoever has them open.
        await using var system = await StandaloneSystem.StartAsync(Options);

        Assert.Contains("/nowhere/delg.safetensors", failure.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, system.Addresses.Gateway.Port);
    }

    private StandaloneOptions Options => new()
    {
        DataFolder = Path.Combine(_folder.FullName, "data"),
        UseFreePorts = true,
        IsQuiet = true,
        Settings = new Dictionary<string, string?> { ["Extractor:Weights"] = TinyWeights.WriteTo(_folder.FullName), ["Extractor:Precision"] = "float32" },
    };

    private static async Task<IReadOnlyList<IndexImagesResponse>> IndexAsync(ImageSearchService.ImageSearchServiceClient client)
    {
        using var call = client.IndexImages();
        foreach (var scene in _scenes)
            await call.RequestStream.WriteAsync(new IndexImagesRequest { Image = Request(scene) });
        await call.RequestStream.CompleteAsync();
        return await call.ResponseStream.ReadAllAsync().ToListAsync();
    }

    private static IndexImageRequest Request(SceneView scene) => new() { ImageId = scene.RelativePath, Image = ByteString.CopyFrom(scene.Jpeg) };
}
