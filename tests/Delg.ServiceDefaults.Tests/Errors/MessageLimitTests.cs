using Delg.Contracts.Errors;
using Delg.V1;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace Delg.ServiceDefaults.Tests.Errors;

public sealed class MessageLimitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static ListCollectionsRequest TooLarge => Filled(64 * 1024 + 1);

    [Fact]
    public async Task Call_WithAMessageBeyondTheLimit_SaysReasonAndLimitInItsTrailers()
    {
        await using var service = await TestService.ServeAsync(_ => Task.CompletedTask, ("Test:MaxMessageBytes", "65536"));
        using var http = new HttpClient { BaseAddress = new Uri(service.App.Urls.Single()) };

        var trailers = await RawCall.TrailersAsync(http, "/delg.v1.GlobalIndexService/ListCollections", TooLarge);

        Assert.Equal("8", trailers["grpc-status"]);
        Assert.Contains("65536", trailers["grpc-message"], StringComparison.Ordinal);
        var status = Google.Rpc.Status.Parser.ParseFrom(Convert.FromBase64String(trailers["grpc-status-details-bin"]));
        var info = status.GetDetail<ErrorInfo>();
        Assert.Equal(((int)StatusCode.ResourceExhausted, ErrorReason.Domain, ErrorReason.RequestTooLarge), (status.Code, info?.Domain, info?.Reason));
        Assert.Equal("65536", info!.Metadata["max_bytes"]);
    }

    [Fact]
    public async Task Stream_WithAMessageBeyondTheLimit_SaysReasonAndLimit()
    {
        await using var service = await TestService.ServeAsync(_ => Task.CompletedTask, ("Test:MaxMessageBytes", "65536"));
        using var call = new ImageSearchService.ImageSearchServiceClient(service.Channel).IndexImages(cancellationToken: Cancellation);

        await call.RequestStream.WriteAsync(new IndexImagesRequest(), Cancellation);
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        await call.RequestStream.WriteAsync(
            new IndexImagesRequest { Image = new IndexImageRequest { Image = ByteString.CopyFrom(new byte[64 * 1024]) } }, Cancellation);
        var failure = (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Cancellation))).ToDelgException();

        Assert.Equal((StatusCode.ResourceExhausted, ErrorReason.RequestTooLarge), (failure.Code, failure.Reason));
        Assert.Equal("65536", failure.Details["max_bytes"]);
    }

    [Fact]
    public async Task Call_RefusedForAnotherReason_KeepsIt()
    {
        await using var service = await TestService.ServeAsync(_ => throw new DelgException(StatusCode.ResourceExhausted, ErrorReason.StoreFull, "Full."));

        var failure = (await Assert.ThrowsAsync<RpcException>(() => service.CallAsync())).ToDelgException();

        Assert.Equal((ErrorReason.StoreFull, "Full."), (failure.Reason, failure.Message));
    }

    // A field that is not known has bytes like any other.
    private static ListCollectionsRequest Filled(int bytes) =>
        ListCollectionsRequest.Parser.ParseFrom(new SearchEntriesRequest { Filter = new string('f', bytes) }.ToByteArray());
}
