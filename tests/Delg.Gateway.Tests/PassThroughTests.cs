using Delg.Contracts.Errors;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Grpc.Core;

namespace Delg.Gateway.Tests;

public class PassThroughTests
{
    [Fact]
    public async Task PassThrough_On_ReachesEachServiceWithErrorsIntact()
    {
        await using var gateway = await GatewayHost.StartAsync(("PassThrough", "true"));

        var model = await new ExtractorService.ExtractorServiceClient(gateway.Channel).GetModelAsync(new GetModelRequest());
        var index = await Failures.OfAsync(new GlobalIndexService.GlobalIndexServiceClient(gateway.Channel).GetCollectionAsync(new GetCollectionRequest { Name = "x" }));
        var verifier = await Failures.OfAsync(new LocalVerifierService.LocalVerifierServiceClient(gateway.Channel).GetFeaturesAsync(new GetFeaturesRequest()));

        Assert.Equal(gateway.Backends.Extractor.ModelId, model.ModelId);
        Assert.Equal(ErrorReason.CollectionNotFound, index.Reason);
        Assert.Equal(ErrorReason.ImageNotFound, verifier.Reason);
    }

    [Fact]
    public async Task PassThrough_OffByDefault_IsUnimplemented()
    {
        await using var gateway = await GatewayHost.StartAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await new ExtractorService.ExtractorServiceClient(gateway.Channel).GetModelAsync(new GetModelRequest()));

        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
    }
}
