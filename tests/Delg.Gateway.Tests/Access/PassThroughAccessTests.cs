using Delg.Contracts.Errors;
using Delg.Gateway.Access;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Google.Protobuf;

namespace Delg.Gateway.Tests.Access;

public class PassThroughAccessTests
{
    [Fact]
    public async Task PassThrough_IsForAdminsOfEverything()
    {
        using var folder = new KeyFolder();
        var (writer, someone, everyone) = (folder.Add(Role.Write, "*"), folder.Add(Role.Admin, "photos"), folder.Add(Role.Admin, "*"));
        await using var gateway = await GatewayHost.StartAsync([.. folder.Settings, ("PassThrough", "true")]);
        async Task<string?> ReasonAsync(string key) => (await Failures.OfAsync(
            new GlobalIndexService.GlobalIndexServiceClient(gateway.InvokerWith(key)).GetCollectionAsync(new GetCollectionRequest { Name = "photos" }))).Reason;

        var missing = await Failures.OfAsync(new ExtractorService.ExtractorServiceClient(gateway.Channel).GetModelAsync(new GetModelRequest()));

        Assert.Equal(ErrorReason.KeyMissing, missing.Reason);
        Assert.Equal(ErrorReason.RoleInsufficient, await ReasonAsync(writer));
        Assert.Equal(ErrorReason.RoleInsufficient, await ReasonAsync(someone));
        Assert.Equal(ErrorReason.CollectionNotFound, await ReasonAsync(everyone));
    }

    [Fact]
    public async Task PassThrough_KeepsTheKeyToItself()
    {
        using var folder = new KeyFolder();
        var key = folder.Add(Role.Admin, "*");
        await using var gateway = await GatewayHost.StartAsync([.. folder.Settings, ("PassThrough", "true")]);
        IReadOnlyList<string>? headers = null;
        gateway.Backends.Extractor.Before = (_, context) =>
        {
            headers = [.. context.RequestHeaders.Select(header => header.Key)];
            return Task.CompletedTask;
        };

        await new ExtractorService.ExtractorServiceClient(gateway.InvokerWith(key)).ExtractAsync(new ExtractRequest { Image = ByteString.CopyFrom(1) });

        Assert.NotNull(headers);
        Assert.DoesNotContain("authorization", headers);
    }
}
