using Delg.Contracts.Errors;
using Delg.Gateway.Access;
using Delg.Gateway.Access.Keys;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Options;
using Metadata = Grpc.Core.Metadata;

namespace Delg.Gateway.Tests.Access;

/// <summary>Keys over gRPC.</summary>
public class KeyAccessTests
{
    private static readonly ByteString _photo = ByteString.CopyFrom(1);

    /// <summary>One call of each method, with the role it needs.</summary>
    private static readonly Dictionary<Func<ImageSearchService.ImageSearchServiceClient, Task>, Role> _calls = new()
    {
        [c => c.ListImageCollectionsAsync(new ListImageCollectionsRequest()).ResponseAsync] = Role.Read,
        [c => c.SearchImagesAsync(new SearchImagesRequest { Collection = "photos", Image = _photo }).ResponseAsync] = Role.Read,
        [c => c.GetImageAsync(new GetImageRequest { Collection = "photos", ImageId = "a" }).ResponseAsync] = Role.Read,
        [c => c.GetImageThumbnailAsync(new GetImageThumbnailRequest { Collection = "photos", ImageId = "a" }).ResponseAsync] = Role.Read,
        [c => c.ListImagesAsync(new ListImagesRequest { Collection = "photos" }).ResponseAsync] = Role.Read,
        [c => c.FindDuplicates(new FindDuplicatesRequest { Collection = "photos" }).ResponseStream.MoveNext()] = Role.Read,
        [c => c.MatchImagesAsync(new MatchImagesRequest { Query = _photo, Candidate = _photo }).ResponseAsync] = Role.Read,
        [c => c.IndexImageAsync(new IndexImageRequest { Collection = "photos", ImageId = "a", Image = _photo }).ResponseAsync] = Role.Write,
        [SendNothingAsync] = Role.Write,
        [c => c.UpdateImageMetadataAsync(new UpdateImageMetadataRequest { Collection = "photos", ImageId = "a" }).ResponseAsync] = Role.Write,
        [c => c.DeleteImageAsync(new DeleteImageRequest { Collection = "photos", ImageId = "a" }).ResponseAsync] = Role.Write,
        [c => c.DeleteImagesAsync(new DeleteImagesRequest { Collection = "photos", ImageIds = { "a" } }).ResponseAsync] = Role.Write,
        [c => c.CreateImageCollectionAsync(new CreateImageCollectionRequest { Name = "photos" }).ResponseAsync] = Role.Admin,
        [c => c.DeleteImageCollectionAsync(new DeleteImageCollectionRequest { Name = "photos" }).ResponseAsync] = Role.Admin,
    };

    [Fact]
    public async Task Key_OfEachRole_GoesAsFarAsItsRole()
    {
        using var folder = new KeyFolder();
        var keys = new[] { Role.Read, Role.Write, Role.Admin }.ToDictionary(role => role, role => folder.Add(role, "photos"));
        await using var gateway = await GatewayHost.StartAsync(folder.Settings);

        foreach (var (role, key) in keys)
        {
            foreach (var (call, needed) in _calls)
                Assert.Equal(role < needed, await ReasonAsync(call(gateway.ClientWith(key))) == ErrorReason.RoleInsufficient);
        }
    }

    [Fact]
    public async Task Key_OfOtherCollections_IsRefusedEverywhereButInLists()
    {
        using var folder = new KeyFolder();
        var key = folder.Add(Role.Admin, "others");
        await using var gateway = await GatewayHost.StartAsync(folder.Settings);

        var reasons = new List<string?>();
        foreach (var call in _calls.Keys)
            reasons.Add(await ReasonAsync(call(gateway.ClientWith(key))));

        // The list, the match of two photos that are sent, and the stream in which nothing came.
        Assert.Equal(3, reasons.Count(reason => reason != ErrorReason.RoleInsufficient));
    }

    [Fact]
    public async Task Key_WithoutTheRole_IsToldRoleAndCollection()
    {
        using var folder = new KeyFolder();
        var key = folder.Add(Role.Read, "photos");
        await using var gateway = await GatewayHost.StartAsync(folder.Settings);

        var failure = await Failures.OfAsync(gateway.ClientWith(key).DeleteImageAsync(new DeleteImageRequest { Collection = "photos", ImageId = "a" }));

        Assert.Equal((StatusCode.PermissionDenied, ErrorReason.RoleInsufficient), (failure.Code, failure.Reason));
        Assert.Equal(("write", "photos"), (failure.Details["role"], failure.Details["collection"]));
        Assert.Empty(gateway.Backends.Journal.Methods);
    }

    [Fact]
    public async Task Collections_AreListedAsFarAsTheKeyReaches()
    {
        using var folder = new KeyFolder();
        var (some, all) = (folder.Add(Role.Read, "b", "d"), folder.Add(Role.Read, "*"));
        await using var gateway = await GatewayHost.StartAsync(folder.Settings);
        foreach (var name in new[] { "a", "b", "c" })
            gateway.Backends.Index.Collections[name] = new Collection { Name = name };

        async Task<IEnumerable<string>> ListAsync(string key) =>
            (await gateway.ClientWith(key).ListImageCollectionsAsync(new ListImageCollectionsRequest())).Collections.Select(c => c.Name).Order();

        Assert.Equal(["b"], await ListAsync(some));
        Assert.Equal(["a", "b", "c"], await ListAsync(all));
    }

    [Fact]
    public async Task Key_ForTheDefaultCollection_ReachesRequestsThatNameNone()
    {
        using var folder = new KeyFolder();
        var key = folder.Add(Role.Write, "default");
        await using var gateway = await GatewayHost.StartAsync(folder.Settings);

        var indexed = await gateway.ClientWith(key).IndexImageAsync(new IndexImageRequest { ImageId = "a", Image = _photo });

        Assert.Equal(IndexOutcome.Added, indexed.Outcome);
    }

    [Fact]
    public async Task Stream_AtAForeignCollection_EndsRefused()
    {
        using var folder = new KeyFolder();
        var key = folder.Add(Role.Write, "default");
        await using var gateway = await GatewayHost.StartAsync(folder.Settings);
        using var stream = gateway.ClientWith(key).IndexImages(deadline: Soon());
        await stream.RequestStream.WriteAsync(new IndexImagesRequest { Image = new IndexImageRequest { ImageId = "a", Image = _photo } });
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None));

        await stream.RequestStream.WriteAsync(new IndexImagesRequest { Image = new IndexImageRequest { Collection = "other", ImageId = "a", Image = _photo } });
        var reason = await ReasonAsync(stream.ResponseStream.MoveNext(CancellationToken.None));

        Assert.Equal(ErrorReason.RoleInsufficient, reason);
        Assert.Equal([("default", "a")], gateway.Backends.Index.Entries.Keys);
    }

    [Fact]
    public async Task Stream_OfAKeyThatIsRevokedMeanwhile_EndsRefused()
    {
        using var folder = new KeyFolder();
        var key = folder.Add(Role.Write, "*");
        await using var gateway = await GatewayHost.StartAsync(folder.Settings);
        using var stream = gateway.ClientWith(key).IndexImages(deadline: Soon());
        await stream.RequestStream.WriteAsync(new IndexImagesRequest { Image = new IndexImageRequest { ImageId = "a", Image = _photo } });
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None));

        KeyFile.Change(folder.KeyFile, _ => []);
        await UntilAsync(gateway, key, isTaken: false);
        await stream.RequestStream.WriteAsync(new IndexImagesRequest { Image = new IndexImageRequest { ImageId = "b", Image = _photo } });
        var reason = await ReasonAsync(stream.ResponseStream.MoveNext(CancellationToken.None));

        Assert.Equal(ErrorReason.KeyInvalid, reason);
        Assert.Equal([("default", "a")], gateway.Backends.Index.Entries.Keys);
    }

    [Fact]
    public async Task Call_WithoutKey_IsKeyMissing_HowEverLargeItIs()
    {
        using var folder = new KeyFolder();
        folder.Add(Role.Read, "*");
        await using var gateway = await GatewayHost.StartAsync(folder.Settings);

        var small = await Failures.OfAsync(gateway.Client.ListImageCollectionsAsync(new ListImageCollectionsRequest()));
        var large = await Failures.OfAsync(gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = ByteString.CopyFrom(new byte[20_000_000]) }));

        Assert.Equal((StatusCode.Unauthenticated, ErrorReason.KeyMissing), (small.Code, small.Reason));
        Assert.Contains("authorization", small.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorReason.KeyMissing, large.Reason);
    }

    [Theory]
    [InlineData("Bearer nonsense")]
    [InlineData("Bearer delg_0123456789ab_00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")]
    [InlineData("Bearer ")]
    [InlineData("Basic dXNlcjpwYXNz")]
    public async Task Call_WithAKeyThatIsNone_IsKeyInvalid(string header)
    {
        using var folder = new KeyFolder();
        folder.Add(Role.Read, "*");
        await using var gateway = await GatewayHost.StartAsync([.. folder.Settings, ("RequireAuthentication", "false")]);

        var failure = await Failures.OfAsync(gateway.Client.ListImageCollectionsAsync(new ListImageCollectionsRequest(), new Metadata { { "authorization", header } }));

        Assert.Equal((StatusCode.Unauthenticated, ErrorReason.KeyInvalid), (failure.Code, failure.Reason));
    }

    [Fact]
    public async Task Key_WithTheRightIdAndAWrongSecret_IsKeyInvalid()
    {
        using var folder = new KeyFolder();
        var key = folder.Add(Role.Read, "*");
        await using var gateway = await GatewayHost.StartAsync(folder.Settings);
        var wrong = key[..^1] + (key[^1] == '0' ? '1' : '0');

        var failure = await Failures.OfAsync(gateway.ClientWith(wrong).ListImageCollectionsAsync(new ListImageCollectionsRequest()));

        Assert.Equal(ErrorReason.KeyInvalid, failure.Reason);
    }

    [Fact]
    public async Task KeyFile_Changed_IsFollowed_AndKeptWhenItBreaks()
    {
        using var folder = new KeyFolder();
        var first = folder.Add(Role.Read, "*");
        await using var gateway = await GatewayHost.StartAsync(folder.Settings);

        var second = folder.Add(Role.Read, "*");
        await UntilAsync(gateway, second, isTaken: true);
        KeyFile.Change(folder.KeyFile, records => [.. records.Skip(1)]);
        await UntilAsync(gateway, first, isTaken: false);
        await File.WriteAllTextAsync(folder.KeyFile, "broken");
        await Task.Delay(100, TestContext.Current.CancellationToken);
        await UntilAsync(gateway, second, isTaken: true);
        File.Delete(folder.KeyFile);
        var third = folder.Add(Role.Read, "*");
        await UntilAsync(gateway, third, isTaken: true);
        await UntilAsync(gateway, second, isTaken: false);
    }

    [Fact]
    public async Task Health_IsOpen()
    {
        using var folder = new KeyFolder();
        folder.Add(Role.Read, "*");
        await using var gateway = await GatewayHost.StartAsync(folder.Settings);

        var answer = await new Health.HealthClient(gateway.Channel).CheckAsync(new HealthCheckRequest { Service = "live" });

        Assert.NotEqual(HealthCheckResponse.Types.ServingStatus.ServiceUnknown, answer.Status);
    }

    [Fact]
    public async Task Authentication_NotRequired_LetsInWhoBringsNothing()
    {
        using var folder = new KeyFolder();
        folder.Add(Role.Read, "*");
        await using var gateway = await GatewayHost.StartAsync([.. folder.Settings, ("RequireAuthentication", "false")]);

        Assert.Empty((await gateway.Client.ListImageCollectionsAsync(new ListImageCollectionsRequest())).Collections);
    }

    [Fact]
    public async Task Authentication_RequiredWithoutAnyKey_DoesNotStart()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => GatewayHost.StartAsync(("RequireAuthentication", "true")));

        Assert.Contains("nobody could call", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<string?> ReasonAsync(Task call)
    {
        try
        {
            await call;
            return null;
        }
        catch (RpcException failure)
        {
            return failure.ToDelgException().Reason;
        }
    }

    private static async Task UntilAsync(GatewayHost gateway, string key, bool isTaken)
    {
        var seen = !isTaken;
        for (var i = 0; i < 500 && seen != isTaken; i++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
            seen = await ReasonAsync(gateway.ClientWith(key).ListImageCollectionsAsync(new ListImageCollectionsRequest()).ResponseAsync) is null;
        }

        Assert.Equal(isTaken, seen);
    }

    private static async Task SendNothingAsync(ImageSearchService.ImageSearchServiceClient client)
    {
        using var stream = client.IndexImages(deadline: Soon());
        await stream.RequestStream.CompleteAsync();
        await stream.ResponseStream.MoveNext(CancellationToken.None);
    }

    private static DateTime Soon() => DateTime.UtcNow.AddSeconds(30);
}
