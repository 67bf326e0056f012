using Delg.Contracts.Errors;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Grpc.Core;

namespace Delg.Gateway.Tests.Upkeep;

public class ImageCheckTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Check_Halves_AreNamedAndStay()
    {
        await using var gateway = await StartWithHalvesAsync();

        var (halves, summary) = await CheckAsync(gateway, new CheckImagesRequest());

        Assert.Equal([("entry-only", ImageHalf.Entry, false), ("features-only", ImageHalf.Features, false)], halves);
        Assert.Equal((4, 4, 2), (summary.EntryCount, summary.FeaturesCount, summary.HalfCount));
        Assert.Equal(halves, (await CheckAsync(gateway, new CheckImagesRequest())).Halves);
    }

    [Fact]
    public async Task Check_Mend_RemovesTheHalvesAndNothingElse()
    {
        await using var gateway = await StartWithHalvesAsync();

        var (halves, _) = await CheckAsync(gateway, new CheckImagesRequest { Mend = true });
        var (after, summary) = await CheckAsync(gateway, new CheckImagesRequest());

        Assert.Equal([("entry-only", ImageHalf.Entry, true), ("features-only", ImageHalf.Features, true)], halves);
        Assert.Empty(after);
        Assert.Equal((3, 3, 0), (summary.EntryCount, summary.FeaturesCount, summary.HalfCount));
    }

    [Fact]
    public async Task Check_CollectionGoneFromTheIndex_FindsWhatItLeft()
    {
        await using var gateway = await StartWithHalvesAsync();
        gateway.Backends.Index.Collections.Clear();

        var (halves, _) = await CheckAsync(gateway, new CheckImagesRequest { Mend = true });

        Assert.Equal(["features-only", "w0", "w1", "w2"], halves.Select(half => half.Id));
        Assert.Empty(gateway.Backends.Verifier.Stored);
    }

    [Fact]
    public async Task Check_NothingOfThatName_IsNotFound()
    {
        await using var gateway = await GatewayHost.StartAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(() => CheckAsync(gateway, new CheckImagesRequest { Collection = "nothing" }));

        Assert.Equal(ErrorReason.CollectionNotFound, failure.ToDelgException().Reason);
    }

    /// <summary>Three whole images, one entry without features, features without an entry.</summary>
    private static async Task<GatewayHost> StartWithHalvesAsync()
    {
        var gateway = await GatewayHost.StartAsync();
        foreach (var id in (string[])["w0", "w1", "w2", "entry-only", "features-only"])
            gateway.AddImage(id, 1);
        gateway.Backends.Verifier.Stored.TryRemove(("default", "entry-only"), out _);
        gateway.Backends.Index.Entries.TryRemove(("default", "features-only"), out _);
        return gateway;
    }

    private static async Task<(List<(string Id, ImageHalf Kept, bool Mended)> Halves, CheckSummary Summary)> CheckAsync(GatewayHost gateway, CheckImagesRequest request)
    {
        using var call = gateway.Client.CheckImages(request, cancellationToken: Stop);
        var found = await call.ResponseStream.ReadAllAsync(Stop).ToListAsync(Stop);
        var halves = found.Where(message => message.Half is not null).Select(message => (message.Half.ImageId, message.Half.Kept, message.Half.Mended)).ToList();
        Assert.Equal(CheckImagesResponse.EventOneofCase.Summary, found[^1].EventCase);
        return (halves, found[^1].Summary);
    }
}
