using System.Net;
using Delg.Contracts.Errors;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Google.Protobuf;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;

namespace Delg.Gateway.Tests.Http;

public class GrpcWebTests
{
    [Theory]
    [InlineData(GrpcWebMode.GrpcWeb)]
    [InlineData(GrpcWebMode.GrpcWebText)]
    public async Task GrpcWeb_OverHttp1_IndexesAndFailsLikeGrpc(GrpcWebMode mode)
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var channel = GrpcChannel.ForAddress(gateway.HttpAddress, new GrpcChannelOptions { HttpVersion = HttpVersion.Version11, HttpHandler = new GrpcWebHandler(mode, new HttpClientHandler()) });
        var client = new ImageSearchService.ImageSearchServiceClient(channel);

        var indexed = await client.IndexImageAsync(new IndexImageRequest { ImageId = "a", Image = ByteString.CopyFrom(1) });
        var failure = await Failures.OfAsync(client.GetImageAsync(new GetImageRequest { ImageId = "nobody" }));

        Assert.Equal(IndexOutcome.Added, indexed.Outcome);
        Assert.Equal(ErrorReason.ImageNotFound, failure.Reason);
    }
}
