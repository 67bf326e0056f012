using Delg.Contracts.Errors;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Google.Protobuf;

namespace Delg.Gateway.Tests;

public class ImageMetadataTests
{
    private static readonly ByteString _photo = ByteString.CopyFrom(5);

    [Fact]
    public async Task UpdateImageMetadata_Merge_SetsAndRemovesKeysAndKeepsTheRest()
    {
        await using var gateway = await StartAsync();

        var merged = await gateway.Client.UpdateImageMetadataAsync(
            new UpdateImageMetadataRequest { ImageId = "a", Metadata = Texts(("year", "1999")), Merge = true, RemoveKeys = { "place" } });

        Assert.Equal(Texts(("kind", "book"), ("year", "1999")), merged.Image.Metadata);
        var entry = gateway.Backends.Index.Entries[("default", "a")];
        Assert.Equal(merged.Image.Metadata, entry.Metadata);
        Assert.Equal(gateway.Backends.Extractor.Descriptor(5), entry.Descriptor_);
        Assert.Equal(32, entry.ContentHash.Length);
        Assert.Single(gateway.Backends.Extractor.Requests);
    }

    [Fact]
    public async Task UpdateImageMetadata_Replace_LeavesNothingElse()
    {
        await using var gateway = await StartAsync();

        var replaced = await gateway.Client.UpdateImageMetadataAsync(new UpdateImageMetadataRequest { ImageId = "a", Metadata = Texts(("year", "1999")) });

        Assert.Equal(Texts(("year", "1999")), replaced.Image.Metadata);
    }

    [Fact]
    public async Task UpdateImageMetadata_Mistakes_AreNamed()
    {
        await using var gateway = await StartAsync();

        var missing = await Failures.OfAsync(gateway.Client.UpdateImageMetadataAsync(new UpdateImageMetadataRequest { ImageId = "nobody" }));
        var wrong = await Failures.OfAsync(gateway.Client.UpdateImageMetadataAsync(new UpdateImageMetadataRequest { ImageId = "a", Metadata = Texts(("1", "")), RemoveKeys = { "kind" } }));

        Assert.Equal(ErrorReason.ImageNotFound, missing.Reason);
        Assert.Equal(["metadata.values", "remove_keys"], wrong.Violations.Select(v => v.Field));
    }

    [Theory]
    [InlineData(true, IndexOutcome.Unchanged)]
    [InlineData(false, IndexOutcome.Replaced)]
    public async Task IndexImage_WithoutMetadata_KeepsThoseOfTheEarlierVersion(bool isSamePhoto, IndexOutcome outcome)
    {
        await using var gateway = await StartAsync();
        var photo = isSamePhoto ? _photo : ByteString.CopyFrom(99);

        var again = await gateway.Client.IndexImageAsync(new IndexImageRequest { ImageId = "a", Image = photo });
        var kept = gateway.Backends.Index.Entries[("default", "a")].Metadata;
        var cleared = await gateway.Client.IndexImageAsync(new IndexImageRequest { ImageId = "a", Image = photo, Metadata = new Metadata() });

        Assert.Equal(outcome, again.Outcome);
        Assert.Equal(Texts(("kind", "book"), ("place", "Oslo")), kept);
        Assert.Equal(IndexOutcome.Replaced, cleared.Outcome);
        Assert.Empty(gateway.Backends.Index.Entries[("default", "a")].Metadata.Values);
    }

    [Fact]
    public async Task IndexImage_SameBytesOtherMetadata_KeepsTheDescriptors()
    {
        await using var gateway = await StartAsync();

        var again = await gateway.Client.IndexImageAsync(new IndexImageRequest { ImageId = "a", Image = _photo, Metadata = Texts(("kind", "dvd")) });

        Assert.Equal(IndexOutcome.Replaced, again.Outcome);
        Assert.Equal(Texts(("kind", "dvd")), gateway.Backends.Index.Entries[("default", "a")].Metadata);
        Assert.Single(gateway.Backends.Extractor.Requests);
    }

    [Fact]
    public async Task DeleteImages_ByFilter_RemovesPageAfterPageFromBothStores()
    {
        await using var gateway = await StartAsync();
        for (var i = 0; i < 1001; i++)
            gateway.AddImage($"old/{i:0000}", 1);

        var deleted = await gateway.Client.DeleteImagesAsync(new DeleteImagesRequest { Filter = "old/" });

        Assert.Equal(1001, deleted.DeletedCount);
        Assert.Equal(["a"], gateway.Backends.Index.Entries.Keys.Select(key => key.Id));
        Assert.Equal(["a"], gateway.Backends.Verifier.Stored.Keys.Select(key => key.Id));
    }

    [Fact]
    public async Task DeleteImages_AMillionEmptyIds_IsRefusedBeforeAnyServiceIsAsked()
    {
        await using var gateway = await GatewayHost.StartAsync();

        var failure = await Failures.OfAsync(gateway.Client.DeleteImagesAsync(new DeleteImagesRequest { ImageIds = { Enumerable.Repeat("", 1_000_000) } }));

        Assert.Equal((ErrorReason.FieldInvalid, "image_ids"), (failure.Reason, failure.Violations.Single().Field));
        Assert.Empty(gateway.Backends.Journal.Methods);
    }

    [Fact]
    public async Task DeleteImages_ByFilterAndIds_IsRefused()
    {
        await using var gateway = await StartAsync();

        var failure = await Failures.OfAsync(gateway.Client.DeleteImagesAsync(new DeleteImagesRequest { Filter = "a", ImageIds = { "a" } }));

        Assert.Equal("filter", failure.Violations.Single().Field);
    }

    [Fact]
    public async Task DeleteImage_ThatIsMissing_IsNotFoundUnlessAllowed()
    {
        await using var gateway = await StartAsync();

        var failure = await Failures.OfAsync(gateway.Client.DeleteImageAsync(new DeleteImageRequest { ImageId = "nobody" }));
        await gateway.Client.DeleteImageAsync(new DeleteImageRequest { ImageId = "nobody", AllowMissing = true });
        await gateway.Client.DeleteImageAsync(new DeleteImageRequest { ImageId = "a" });

        Assert.Equal(ErrorReason.ImageNotFound, failure.Reason);
        Assert.Empty(gateway.Backends.Index.Entries);
        Assert.Empty(gateway.Backends.Verifier.Stored);
    }

    private static Metadata Texts(params (string Key, string Value)[] values)
    {
        var metadata = new Metadata();
        foreach (var (key, value) in values)
            metadata.Values.Add(key, new MetadataValue { StringValue = value });
        return metadata;
    }

    private static async Task<GatewayHost> StartAsync()
    {
        var gateway = await GatewayHost.StartAsync();
        await gateway.Client.IndexImageAsync(new IndexImageRequest { ImageId = "a", Image = _photo, Metadata = Texts(("kind", "book"), ("place", "Oslo")) });
        return gateway;
    }
}
