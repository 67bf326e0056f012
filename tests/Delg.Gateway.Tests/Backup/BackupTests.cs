using Delg.Contracts.Errors;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.Gateway.Tests.Backup;

public class BackupTests
{
    // A grey frame of 16 pixels, a scan of one byte.
    private static readonly ByteString _thumbnail = ByteString.CopyFrom(0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, 16, 0, 16, 1, 1, 0x11, 0, 0xFF, 0xDA, 0, 2, 1, 0xFF, 0xD9);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Export_ThenImportElsewhere_KeepsEverything()
    {
        await using var from = await GatewayHost.StartAsync();
        await using var to = await GatewayHost.StartAsync();
        for (var i = 0; i < 20; i++)
            from.AddImage($"i{i:00}", i + 1, 1);
        var entry = from.Backends.Index.Entries[("default", "i03")];
        entry.Metadata = new V1.Metadata { Values = { ["city"] = new MetadataValue { StringValue = "Oslo" } } };
        entry.ContentHash = ByteString.CopyFrom(new byte[32]);
        entry.ImageSize = new ImageSize { Width = 100, Height = 80 };
        from.Backends.Verifier.Thumbnails[("default", "i03")] = _thumbnail;
        to.Backends.Index.Collections["copy"] = new Collection { Name = "copy", ModelId = to.Backends.Extractor.ModelId };

        var exported = await ExportAsync(from, new ExportImagesRequest());
        var results = (await to.Client.ImportImagesAsync(new ImportImagesRequest { Collection = "copy", Images = { exported.Skip(1).Select(message => message.Image) } }, cancellationToken: Stop)).Results;

        Assert.Equal("default", exported[0].Collection.Name);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"i{i:00}"), exported.Skip(1).Select(message => message.Image.ImageId));
        Assert.All(results, result => Assert.Equal((0, ""), (result.Code, result.Reason)));
        foreach (var ((_, id), original) in from.Backends.Index.Entries)
        {
            Assert.Equal(original, to.Backends.Index.Entries[("copy", id)]);
            Assert.Equal(from.Backends.Verifier.Stored[("default", id)], to.Backends.Verifier.Stored[("copy", id)]);
        }

        Assert.Equal(from.Backends.Verifier.Thumbnails[("default", "i03")], Assert.Single(to.Backends.Verifier.Thumbnails).Value);
        // Features first: what a search finds always has its features.
        Assert.Equal("UpsertEntries", to.Backends.Journal.Methods[^1]);
        Assert.Equal(20, to.Backends.Journal.Methods.Count(method => method == "PutFeatures"));
    }

    [Fact]
    public async Task Export_ImageWithoutFeatures_SaysSoInItsPlace()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.AddImage("a", 1);
        gateway.AddImage("b", 2);
        gateway.Backends.Verifier.Stored.TryRemove(("default", "a"), out _);

        var exported = await ExportAsync(gateway, new ExportImagesRequest());

        Assert.Equal(("a", ErrorReason.ImageNotFound), (exported[1].Failure.ImageId, exported[1].Failure.Reason));
        Assert.Equal("b", exported[2].Image.ImageId);
    }

    [Fact]
    public async Task Export_Filter_LeavesOutTheOthers()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.AddImage("x1", 1);
        gateway.AddImage("y1", 2);

        var exported = await ExportAsync(gateway, new ExportImagesRequest { Filter = "y" });

        Assert.Equal(["y1"], exported.Skip(1).Select(message => message.Image.ImageId));
    }

    [Fact]
    public async Task ExportAndImport_UnknownCollection_AreNotFound()
    {
        await using var gateway = await GatewayHost.StartAsync();

        var export = await Assert.ThrowsAsync<RpcException>(() => ExportAsync(gateway, new ExportImagesRequest { Collection = "nothing" }));
        var import = await Assert.ThrowsAsync<RpcException>(() => ImportAsync(gateway, "nothing", Image(gateway, "a")));

        Assert.All([export, import], failure => Assert.Equal(ErrorReason.CollectionNotFound, failure.ToDelgException().Reason));
    }

    [Fact]
    public async Task Import_SomeImagesUnsound_WritesTheOthersAndNoHalves()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Backends.Index.Collections["default"] = new Collection { Name = "default", ModelId = gateway.Backends.Extractor.ModelId };
        var (otherModel, brokenFeatures, noVector) = (Image(gateway, "other-model"), Image(gateway, "broken-features"), Image(gateway, "no-vector"));
        otherModel.Local.ModelId = "other@000000000000";
        brokenFeatures.Local.Scores.Clear();
        noVector.Global = null;

        var results = await ImportAsync(gateway, "default", otherModel, brokenFeatures, noVector, Image(gateway, "sound"));

        Assert.Equal(
            [("other-model", ErrorReason.ModelMismatch), ("broken-features", ErrorReason.FeaturesInvalid), ("no-vector", ErrorReason.FieldInvalid), ("sound", "")],
            results.Select(result => (result.ImageId, result.Reason)));
        Assert.Equal("sound", Assert.Single(gateway.Backends.Index.Entries).Key.Id);
        Assert.Equal("sound", Assert.Single(gateway.Backends.Verifier.Stored).Key.Id);
    }

    [Fact]
    public async Task Import_ThumbnailThatIsNoPicture_IsRefusedAndLeavesTheImageAsItWas()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.AddImage("a", 1);
        gateway.Backends.Index.Collections["default"].ModelId = gateway.Backends.Extractor.ModelId;
        var before = gateway.Backends.Index.Entries[("default", "a")].Clone();
        var (page, trailed, sound) = (Image(gateway, "a"), Image(gateway, "b"), Image(gateway, "c"));
        page.Thumbnail = ByteString.CopyFromUtf8("<html><script>alert(1)</script></html>");
        trailed.Thumbnail = ByteString.CopyFrom([.. _thumbnail, .. "<script>"u8]);
        sound.Thumbnail = _thumbnail;

        var results = await ImportAsync(gateway, "default", page, trailed, sound);

        Assert.Equal([("a", ErrorReason.FieldInvalid), ("b", ErrorReason.FieldInvalid), ("c", "")], results.Select(result => (result.ImageId, result.Reason)));
        Assert.All(results.Take(2), result => Assert.StartsWith("thumbnail: ", result.Message, StringComparison.Ordinal));
        Assert.Equal(before, gateway.Backends.Index.Entries[("default", "a")]);
        Assert.Equal("c", Assert.Single(gateway.Backends.Verifier.Thumbnails).Key.Id);
    }

    [Fact]
    public async Task Import_StoreFull_WritesNoEntryWithoutFeatures()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Backends.Index.Collections["default"] = new Collection { Name = "default", ModelId = gateway.Backends.Extractor.ModelId };
        gateway.Backends.Verifier.PutFailure = new DelgException(StatusCode.ResourceExhausted, ErrorReason.StoreFull, "Full.").ToRpcException();

        var results = await ImportAsync(gateway, "default", Image(gateway, "a"));

        Assert.Equal(ErrorReason.StoreFull, Assert.Single(results).Reason);
        Assert.Empty(gateway.Backends.Index.Entries);
    }

    [Theory]
    [InlineData]
    [InlineData("a", "b", "a")]
    public async Task Import_WrongNumberOfImages_IsRefusedAsAWhole(params string[] ids)
    {
        await using var gateway = await GatewayHost.StartAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(() => ImportAsync(gateway, "default", [.. ids.Select(id => Image(gateway, id))]));

        Assert.Equal("images", Assert.Single(failure.ToDelgException().Violations).Field);
    }

    private static ExportedImage Image(GatewayHost gateway, string id)
    {
        var extractor = gateway.Backends.Extractor;
        return new ExportedImage
        {
            ImageId = id,
            Global = new GlobalDescriptor { ModelId = extractor.ModelId, Values = { Enumerable.Repeat(1f, FakeExtractor.Dim) } },
            Local = extractor.Features(new ImageSize { Width = 100, Height = 80 }),
        };
    }

    private static async Task<IReadOnlyList<ImageResult>> ImportAsync(GatewayHost gateway, string collection, params ExportedImage[] images) =>
        (await gateway.Client.ImportImagesAsync(new ImportImagesRequest { Collection = collection, Images = { images } }, cancellationToken: Stop)).Results;

    private static async Task<List<ExportImagesResponse>> ExportAsync(GatewayHost gateway, ExportImagesRequest request)
    {
        using var call = gateway.Client.ExportImages(request, cancellationToken: Stop);
        return await call.ResponseStream.ReadAllAsync(Stop).ToListAsync(Stop);
    }
}
