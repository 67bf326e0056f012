using Delg.Contracts.Errors;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.Gateway.Tests;

/// <summary>An image that is replaced is two writes in two services: what stays when one of them does not come to its end.</summary>
public class ReplacementTests
{
    private const byte Old = 1;
    private const byte New = 2;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replace_EntryFails_OldPhotoSentAgainIsNotTakenForUnchanged()
    {
        await using var gateway = await WithReplacementCutShortAsync();

        var again = await gateway.Client.IndexImageAsync(Image(Old), cancellationToken: Stop);

        Assert.Equal(IndexOutcome.Replaced, again.Outcome);
        Assert.Equal((Old, Old), VersionsIn(gateway));
        Assert.Equal(IndexOutcome.Unchanged, (await gateway.Client.IndexImageAsync(Image(Old), cancellationToken: Stop)).Outcome);
        Assert.Empty(await CheckAsync(gateway, mend: false));
    }

    [Fact]
    public async Task Replace_EntryFails_NewPhotoSentAgainEndsTheReplacement()
    {
        await using var gateway = await WithReplacementCutShortAsync();

        var again = await gateway.Client.IndexImageAsync(Image(New), cancellationToken: Stop);

        Assert.Equal(IndexOutcome.Replaced, again.Outcome);
        Assert.Equal((New, New), VersionsIn(gateway));
        Assert.Empty(await CheckAsync(gateway, mend: false));
    }

    [Fact]
    public async Task Replace_EntryFails_HashAloneAsksForThePhoto()
    {
        await using var gateway = await WithReplacementCutShortAsync();
        // Whatever stands in the entry instead of a hash, no question must fit it.
        ByteString[] hashes = [.. new[] { Old, New }.Select(content => ByteString.CopyFrom(System.Security.Cryptography.SHA256.HashData([content]))), StoredHash(gateway)];

        foreach (var hash in hashes)
        {
            var answer = await gateway.Client.IndexImageAsync(new IndexImageRequest { ImageId = "a", ContentHash = hash }, cancellationToken: Stop);
            Assert.Equal(IndexOutcome.ImageNeeded, answer.Outcome);
        }
    }

    [Fact]
    public async Task Replace_EntryFails_IsSeenAndCanBeMended()
    {
        await using var gateway = await WithReplacementCutShortAsync();

        var found = await CheckAsync(gateway, mend: false);
        var mended = await CheckAsync(gateway, mend: true);

        Assert.Equal(("a", ImageHalf.Mixed, false), Assert.Single(found));
        Assert.Equal(("a", ImageHalf.Mixed, true), Assert.Single(mended));
        Assert.Empty(gateway.Backends.Index.Entries);
        Assert.Empty(gateway.Backends.Verifier.Stored);
        Assert.Empty(await CheckAsync(gateway, mend: false));
    }

    [Fact]
    public async Task Replace_EntryFails_KeepsWhatIsSaidOfTheImage()
    {
        await using var gateway = await WithReplacementCutShortAsync();

        var record = (await gateway.Client.GetImageAsync(new GetImageRequest { ImageId = "a" }, cancellationToken: Stop)).Image;
        await gateway.Client.IndexImageAsync(new IndexImageRequest { ImageId = "a", Image = ByteString.CopyFrom(New) }, cancellationToken: Stop);
        var whole = (await gateway.Client.GetImageAsync(new GetImageRequest { ImageId = "a" }, cancellationToken: Stop)).Image;

        Assert.Equal(("red", 0), (record.Metadata.Values["colour"].StringValue, record.ContentHash.Length));
        Assert.Equal(("red", 32), (whole.Metadata.Values["colour"].StringValue, whole.ContentHash.Length));
    }

    [Fact]
    public async Task Replace_FeaturesFail_OldPhotoSentAgainIsNotTakenForUnchanged()
    {
        await using var gateway = await GatewayHost.StartAsync();
        await gateway.Client.IndexImageAsync(Image(Old), cancellationToken: Stop);
        // The verifier writes features and thumbnail at once: its failure says of neither what became of it.
        gateway.Backends.Verifier.PutFailure = new DelgException(StatusCode.ResourceExhausted, ErrorReason.StoreFull, "Full.").ToRpcException();
        await Failures.OfAsync(gateway.Client.IndexImageAsync(Image(New), cancellationToken: Stop));
        gateway.Backends.Verifier.PutFailure = null;

        Assert.Equal(("a", ImageHalf.Mixed, false), Assert.Single(await CheckAsync(gateway, mend: false)));
        Assert.Equal(IndexOutcome.Replaced, (await gateway.Client.IndexImageAsync(Image(Old), cancellationToken: Stop)).Outcome);
        Assert.Equal((Old, Old), VersionsIn(gateway));
    }

    [Fact]
    public async Task Replace_MarkFails_WritesNothing()
    {
        await using var gateway = await GatewayHost.StartAsync();
        await gateway.Client.IndexImageAsync(Image(Old), cancellationToken: Stop);
        gateway.Backends.Index.BeforeUpsert = _ => throw new DelgException(StatusCode.ResourceExhausted, ErrorReason.StoreFull, "Full.").ToRpcException();

        await Failures.OfAsync(gateway.Client.IndexImageAsync(Image(New), cancellationToken: Stop));

        Assert.Equal((Old, Old), VersionsIn(gateway));
        Assert.Empty(await CheckAsync(gateway, mend: false));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Index_CallerLeavesBetweenTheWrites_BothAreMade(bool isThere)
    {
        await using var gateway = await GatewayHost.StartAsync();
        if (isThere)
            await gateway.Client.IndexImageAsync(Image(Old), cancellationToken: Stop);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var written = new TaskCompletionSource();
        gateway.Backends.Verifier.BeforePut = async _ =>
        {
            await cancellation.CancelAsync();
            // The cancellation has its way to the gateway before the put answers.
            await Task.Delay(TimeSpan.FromMilliseconds(200), Stop);
        };
        gateway.Backends.Index.BeforeUpsert = request =>
        {
            if (request.Entries[0].Descriptor_.Values[New] == 1)
                written.TrySetResult();
            return Task.CompletedTask;
        };

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await gateway.Client.IndexImageAsync(Image(New), cancellationToken: cancellation.Token));
        await written.Task.WaitAsync(TimeSpan.FromSeconds(30), Stop);

        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
        gateway.Backends.Verifier.BeforePut = null;
        // Waits for the gate that the first call holds.
        Assert.Equal(IndexOutcome.Replaced, (await gateway.Client.IndexImageAsync(Image(New, "blue"), cancellationToken: Stop)).Outcome);
        Assert.Equal((New, New), VersionsIn(gateway));
    }

    [Fact]
    public async Task Delete_CallerLeavesBetweenTheWrites_FeaturesGoToo()
    {
        await using var gateway = await GatewayHost.StartAsync();
        await gateway.Client.IndexImageAsync(Image(Old), cancellationToken: Stop);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        gateway.Backends.Index.BeforeDelete = async () =>
        {
            await cancellation.CancelAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(200), Stop);
        };

        await Assert.ThrowsAsync<RpcException>(async () => await gateway.Client.DeleteImageAsync(new DeleteImageRequest { ImageId = "a" }, cancellationToken: cancellation.Token));
        for (var i = 0; i < 300 && !gateway.Backends.Verifier.Stored.IsEmpty; i++)
            await Task.Delay(TimeSpan.FromMilliseconds(100), Stop);

        Assert.Empty(gateway.Backends.Index.Entries);
        Assert.Empty(gateway.Backends.Verifier.Stored);
    }

    [Fact]
    public async Task Import_EntriesFail_ReplacedImagesAreSeenAndNewOnesKeepTheirFeatures()
    {
        await using var gateway = await GatewayHost.StartAsync();
        await gateway.Client.IndexImageAsync(Image(Old), cancellationToken: Stop);
        FailUpsertsAfterFeatures(gateway);

        await Failures.OfAsync(gateway.Client.ImportImagesAsync(new ImportImagesRequest { Images = { Exported(gateway, "a"), Exported(gateway, "b") } }, cancellationToken: Stop));
        gateway.Backends.Verifier.BeforePut = null;
        gateway.Backends.Index.BeforeUpsert = null;

        Assert.Equal([("a", ImageHalf.Mixed, false), ("b", ImageHalf.Features, false)], await CheckAsync(gateway, mend: false));
        Assert.Equal(IndexOutcome.Replaced, (await gateway.Client.IndexImageAsync(Image(Old), cancellationToken: Stop)).Outcome);
    }

    [Fact]
    public async Task Export_ReplacementCutShort_SaysSoInItsPlace()
    {
        await using var gateway = await WithReplacementCutShortAsync();

        using var call = gateway.Client.ExportImages(new ExportImagesRequest(), cancellationToken: Stop);
        var exported = await call.ResponseStream.ReadAllAsync(Stop).ToListAsync(Stop);

        Assert.Equal(("a", ErrorReason.StoredDataCorrupt), (exported[1].Failure.ImageId, exported[1].Failure.Reason));
    }

    /// <summary>The old photo's entry, with the new one's features.</summary>
    private static async Task<GatewayHost> WithReplacementCutShortAsync()
    {
        var gateway = await GatewayHost.StartAsync();
        await gateway.Client.IndexImageAsync(Image(Old), cancellationToken: Stop);
        FailUpsertsAfterFeatures(gateway);
        var failure = await Failures.OfAsync(gateway.Client.IndexImageAsync(Image(New), cancellationToken: Stop));
        Assert.Equal(ErrorReason.StoreFull, failure.Reason);
        Assert.Equal((Old, New), VersionsIn(gateway));
        gateway.Backends.Index.BeforeUpsert = null;
        gateway.Backends.Verifier.BeforePut = null;
        return gateway;
    }

    private static void FailUpsertsAfterFeatures(GatewayHost gateway) => gateway.Backends.Verifier.BeforePut = _ =>
    {
        gateway.Backends.Index.BeforeUpsert = _ => throw new DelgException(StatusCode.ResourceExhausted, ErrorReason.StoreFull, "Full.").ToRpcException();
        return Task.CompletedTask;
    };

    /// <summary>Of which photo the entry and the thumbnail, which goes with the features, are.</summary>
    private static (byte Entry, byte Features) VersionsIn(GatewayHost gateway) =>
        ((byte)gateway.Backends.Index.Entries[("default", "a")].Descriptor_.Values.IndexOf(1), gateway.Backends.Verifier.Thumbnails[("default", "a")][3]);

    private static ByteString StoredHash(GatewayHost gateway) => gateway.Backends.Index.Entries[("default", "a")].ContentHash;

    private static IndexImageRequest Image(byte content, string colour = "red") => new()
    {
        ImageId = "a",
        Image = ByteString.CopyFrom(content),
        Metadata = new V1.Metadata { Values = { ["colour"] = new MetadataValue { StringValue = colour } } },
    };

    private static ExportedImage Exported(GatewayHost gateway, string id) => new()
    {
        ImageId = id,
        Global = gateway.Backends.Extractor.Descriptor(New),
        Local = gateway.Backends.Extractor.Features(new ImageSize { Width = 100, Height = 80 }),
    };

    private static async Task<List<(string Id, ImageHalf Kept, bool Mended)>> CheckAsync(GatewayHost gateway, bool mend)
    {
        using var call = gateway.Client.CheckImages(new CheckImagesRequest { Mend = mend }, cancellationToken: Stop);
        var found = await call.ResponseStream.ReadAllAsync(Stop).ToListAsync(Stop);
        return [.. found.Where(message => message.Half is not null).Select(message => (message.Half.ImageId, message.Half.Kept, message.Half.Mended))];
    }
}
