using System.Security.Cryptography;
using Delg.Contracts.Errors;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.Gateway.Tests;

public class IndexImageTests
{
    [Fact]
    public async Task IndexImage_NewImage_WritesFeaturesBeforeTheEntry()
    {
        await using var gateway = await GatewayHost.StartAsync();

        var response = await gateway.Client.IndexImageAsync(Image("a", 1));

        Assert.Equal(IndexOutcome.Added, response.Outcome);
        Assert.Equal(1u, response.LocalFeatureCount);
        Assert.Equal(["GetCollection", "Extract", "CreateCollection", "GetEntries", "PutFeatures", "UpsertEntries"], gateway.Backends.Journal.Methods);
        Assert.Equal(ExtractionPriority.Ingest, gateway.Backends.Extractor.Requests.Single().Priority);
        Assert.Equal("default", gateway.Backends.Index.Collections.Keys.Single());
        Assert.Equal(640u, gateway.Backends.Index.Entries[("default", "a")].ImageSize.Width);
    }

    [Fact]
    public async Task IndexImage_SameBytesAndMetadata_IsSkippedWithoutExtraction()
    {
        await using var gateway = await GatewayHost.StartAsync();
        await gateway.Client.IndexImageAsync(Image("a", 1, "red"));
        gateway.Backends.Journal.Clear();

        var response = await gateway.Client.IndexImageAsync(Image("a", 1, "red"));

        Assert.Equal(IndexOutcome.Unchanged, response.Outcome);
        Assert.Equal(["GetCollection", "GetEntries", "GetModel"], gateway.Backends.Journal.Methods);
    }

    [Fact]
    public async Task IndexImage_HashAlone_SaysWhetherTheImageIsNeeded()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var question = Image("a", 1, "red");
        question.ContentHash = HashOf(question.Image);
        question.Image = ByteString.Empty;

        var before = await gateway.Client.IndexImageAsync(question);
        await gateway.Client.IndexImageAsync(Image("a", 1, "red"));
        var after = await gateway.Client.IndexImageAsync(question);
        question.Metadata.Values["colour"].StringValue = "blue";
        var recoloured = await gateway.Client.IndexImageAsync(question);
        await gateway.Client.IndexImageAsync(Image("a", 2));
        var changed = await gateway.Client.IndexImageAsync(question);

        Assert.Equal(
            [IndexOutcome.ImageNeeded, IndexOutcome.Unchanged, IndexOutcome.Replaced, IndexOutcome.ImageNeeded],
            new[] { before, after, recoloured, changed }.Select(answer => answer.Outcome));
        Assert.Equal(2, gateway.Backends.Extractor.Requests.Count);
        Assert.Equal("blue", gateway.Backends.Index.Entries[("default", "a")].Metadata.Values["colour"].StringValue);
    }

    [Fact]
    public async Task IndexImage_HashOfOtherBytes_IsRefused()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var request = Image("a", 1);
        request.ContentHash = HashOf(ByteString.CopyFrom(2));

        var other = await Failures.OfAsync(gateway.Client.IndexImageAsync(request));
        request.ContentHash = ByteString.CopyFrom(1, 2, 3);
        var shorter = await Failures.OfAsync(gateway.Client.IndexImageAsync(request));

        Assert.All([other, shorter], failure => Assert.Equal("content_hash", Assert.Single(failure.Violations).Field));
        Assert.Empty(gateway.Backends.Index.Entries);
    }

    [Theory]
    [InlineData(2, "red")]
    [InlineData(1, "blue")]
    public async Task IndexImage_OtherBytesOrMetadata_ReplacesIt(byte content, string colour)
    {
        await using var gateway = await GatewayHost.StartAsync();
        await gateway.Client.IndexImageAsync(Image("a", 1, "red"));

        var response = await gateway.Client.IndexImageAsync(Image("a", content, colour));

        Assert.Equal(IndexOutcome.Replaced, response.Outcome);
        Assert.Equal(colour, gateway.Backends.Index.Entries[("default", "a")].Metadata.Values["colour"].StringValue);
    }

    [Fact]
    public async Task IndexImage_OtherModelLoaded_IsRefusedBeforeAnyWrite()
    {
        await using var gateway = await GatewayHost.StartAsync();
        await gateway.Client.IndexImageAsync(Image("a", 1));
        gateway.Backends.Extractor.ModelId = "other@111111111111";
        gateway.Backends.Journal.Clear();

        var failure = await Failures.OfAsync(gateway.Client.IndexImageAsync(Image("a", 1)));

        Assert.Equal(ErrorReason.ModelMismatch, failure.Reason);
        Assert.DoesNotContain("PutFeatures", gateway.Backends.Journal.Methods);
    }

    [Fact]
    public async Task IndexImage_CollectionMissingAndNotToBeMade_IsNotFound()
    {
        await using var gateway = await GatewayHost.StartAsync(("AutoCreateCollections", "false"));

        var failure = await Failures.OfAsync(gateway.Client.IndexImageAsync(Image("a", 1)));

        Assert.Equal(ErrorReason.CollectionNotFound, failure.Reason);
        Assert.DoesNotContain("Extract", gateway.Backends.Journal.Methods);
    }

    [Fact]
    public async Task IndexImage_SeveralMistakes_AreReportedTogetherBeforeAnyCall()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var request = Image("", 1, "red");
        request.Collection = "9 lives";
        request.Metadata.Values["1st"] = new MetadataValue { BoolValue = true };

        var failure = await Failures.OfAsync(gateway.Client.IndexImageAsync(request));

        Assert.Equal(StatusCode.InvalidArgument, failure.Code);
        Assert.Equal(["collection", "image_id", "metadata.values"], failure.Violations.Select(v => v.Field));
        Assert.Empty(gateway.Backends.Journal.Methods);
    }

    [Fact]
    public async Task IndexImage_FeaturesNotStored_LeavesNoEntry()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Backends.Verifier.PutFailure = new DelgException(StatusCode.InvalidArgument, ErrorReason.FeaturesInvalid, "No.").ToRpcException();

        var failure = await Failures.OfAsync(gateway.Client.IndexImageAsync(Image("a", 1)));

        Assert.Equal(ErrorReason.FeaturesInvalid, failure.Reason);
        Assert.Empty(gateway.Backends.Index.Entries);
    }

    [Fact]
    public async Task IndexImage_EntryRefused_FailsWithItsReason()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Backends.Index.Refusal = new EntryResult { ImageId = "a", Code = (int)StatusCode.FailedPrecondition, Reason = ErrorReason.ModelMismatch, Message = "No." };

        var failure = await Failures.OfAsync(gateway.Client.IndexImageAsync(Image("a", 1)));

        Assert.Equal((StatusCode.FailedPrecondition, ErrorReason.ModelMismatch), (failure.Code, failure.Reason));
    }

    [Fact]
    public async Task DeleteImages_Always_RemovesTheEntryBeforeTheFeatures()
    {
        await using var gateway = await GatewayHost.StartAsync();
        await gateway.Client.IndexImageAsync(Image("a", 1));
        gateway.Backends.Journal.Clear();

        var response = await gateway.Client.DeleteImagesAsync(new DeleteImagesRequest { ImageIds = { "a", "b" } });

        Assert.Equal((1, 1), (response.DeletedCount, response.MissingCount));
        Assert.Equal(["DeleteEntries", "DeleteFeatures"], gateway.Backends.Journal.Methods);
        Assert.Empty(gateway.Backends.Verifier.Stored);
    }

    [Fact]
    public async Task CreateImageCollection_Name_IsMadeForTheLoadedModel()
    {
        await using var gateway = await GatewayHost.StartAsync();

        var created = await gateway.Client.CreateImageCollectionAsync(new CreateImageCollectionRequest { Name = "photos" });
        var listed = await gateway.Client.ListImageCollectionsAsync(new ListImageCollectionsRequest());

        Assert.Equal(gateway.Backends.Extractor.ModelId, created.Collection.ModelId);
        Assert.Equal((uint)FakeExtractor.Dim, created.Collection.Dim);
        Assert.Equal("photos", listed.Collections.Single().Name);
    }

    [Fact]
    public async Task GetImage_KnownAndUnknown_AnswersRecordOrNotFound()
    {
        await using var gateway = await GatewayHost.StartAsync();
        await gateway.Client.IndexImageAsync(Image("a", 1, "red"));

        var known = await gateway.Client.GetImageAsync(new GetImageRequest { ImageId = "a" });
        var failure = await Failures.OfAsync(gateway.Client.GetImageAsync(new GetImageRequest { ImageId = "b" }));

        Assert.Equal(("a", 32), (known.Image.ImageId, known.Image.ContentHash.Length));
        Assert.Equal("red", known.Image.Metadata.Values["colour"].StringValue);
        Assert.Equal(ErrorReason.ImageNotFound, failure.Reason);
    }

    [Fact]
    public async Task ListImages_Page_HasRecordsAndToken()
    {
        await using var gateway = await GatewayHost.StartAsync();
        await gateway.Client.IndexImageAsync(Image("b", 1));
        await gateway.Client.IndexImageAsync(Image("a", 2));
        await gateway.Client.IndexImageAsync(Image("c", 3));

        var page = await gateway.Client.ListImagesAsync(new ListImagesRequest { PageSize = 2 });

        Assert.Equal(["a", "b"], page.Images.Select(i => i.ImageId));
        Assert.Equal("b", page.NextPageToken);
    }

    private static ByteString HashOf(ByteString image) => ByteString.CopyFrom(SHA256.HashData(image.Span));

    private static IndexImageRequest Image(string id, byte content, string? colour = null)
    {
        var request = new IndexImageRequest { ImageId = id, Image = ByteString.CopyFrom(content) };
        if (colour is not null)
            request.Metadata = new V1.Metadata { Values = { ["colour"] = new MetadataValue { StringValue = colour } } };
        return request;
    }
}
