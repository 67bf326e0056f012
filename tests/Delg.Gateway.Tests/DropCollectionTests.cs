using Delg.Contracts.Errors;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Grpc.Core;

namespace Delg.Gateway.Tests;

public class DropCollectionTests
{
    private static readonly DeleteImageCollectionRequest _request = new() { Name = "default" };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Drop_CutShortAmongTheFeatures_IsFinishedByTheRepeat()
    {
        await using var gateway = await StartAsync();
        gateway.Backends.Verifier.AfterFirstOfDrop = context => Task.Delay(Timeout.Infinite, context.CancellationToken);

        var first = await Failures.OfAsync(gateway.Client.DeleteImageCollectionAsync(_request, deadline: DateTime.UtcNow.AddSeconds(4), cancellationToken: Stop));
        var left = gateway.Backends.Verifier.Stored.Count;
        gateway.Backends.Verifier.AfterFirstOfDrop = null;
        await gateway.Client.DeleteImageCollectionAsync(_request, cancellationToken: Stop);
        var third = await Failures.OfAsync(gateway.Client.DeleteImageCollectionAsync(_request, cancellationToken: Stop));

        Assert.Equal((StatusCode.DeadlineExceeded, 2), (first.Code, left));
        Assert.Empty(gateway.Backends.Verifier.Stored);
        Assert.Equal(ErrorReason.CollectionNotFound, third.Reason);
    }

    [Fact]
    public async Task Drop_LongerThanAStoreCallMayTake_GoesOn()
    {
        await using var gateway = await StartAsync(("StoreTimeoutSeconds", "0.2"));
        gateway.Backends.Verifier.AfterFirstOfDrop = context => Task.Delay(TimeSpan.FromSeconds(1), context.CancellationToken);

        await gateway.Client.DeleteImageCollectionAsync(_request, cancellationToken: Stop);

        Assert.Empty(gateway.Backends.Verifier.Stored);
        Assert.Equal(["DeleteCollection", "DeleteCollectionFeatures"], gateway.Backends.Journal.Methods);
    }

    [Fact]
    public async Task Drop_LongerThanItsOwnTimeOut_SaysSo()
    {
        await using var gateway = await StartAsync(("DropTimeoutSeconds", "3"));
        gateway.Backends.Verifier.AfterFirstOfDrop = context => Task.Delay(Timeout.Infinite, context.CancellationToken);

        var failure = await Failures.OfAsync(gateway.Client.DeleteImageCollectionAsync(_request, cancellationToken: Stop));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.Code);
        Assert.Contains("local verifier did not answer within 3 s", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<GatewayHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var gateway = await GatewayHost.StartAsync(settings);
        foreach (var id in (string[])["a", "b", "c"])
            gateway.AddImage(id, 1);
        return gateway;
    }
}
