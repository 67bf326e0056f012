using Delg.V1;
using Grpc.Core;

namespace Delg.LocalVerifier.Tests.Service;

public sealed class CancelledCallTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Verify_CancelledByTheClient_EndsOnTheServerLongBeforeItWouldBeDone(bool streamed)
    {
        using var folder = new TemporaryFolder();
        await using var host = await VerifierHost.StartAsync(folder.Path);
        await host.Client.PutFeaturesAsync(
            new PutFeaturesRequest { Collection = "c", ImageId = "a", Features = RandomFeatures.Message(0, 5000, DescriptorEncoding.Binary) }, cancellationToken: Cancellation);
        // The answer may be here a moment before the server has done with the call.
        while (host.Ended < host.Begun)
            await Task.Delay(5, Cancellation);
        var before = host.Ended;
        // Each candidate takes seconds, all of them far more than the minute below.
        var request = new VerifyCandidatesRequest
        {
            Collection = "c",
            Query = RandomFeatures.Message(0, 5000),
            Options = new VerificationOptions { Preset = VerificationPreset.Published, MaxDescriptorDistance = 2, MaxTrials = 100_000 },
        };
        request.Candidates.AddRange(Enumerable.Range(0, 1000).Select(_ => new VerificationCandidate { ImageId = "a" }));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var call = streamed ? StreamAsync(host, request, stop.Token) : host.Client.VerifyCandidatesAsync(request, cancellationToken: stop.Token).ResponseAsync;
        while (host.Begun == before)
            await Task.Delay(5, Cancellation);
        await Task.Delay(200, Cancellation);
        Assert.Equal(before, host.Ended);

        await stop.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call)).StatusCode);
        var patience = Task.Delay(TimeSpan.FromMinutes(1), Cancellation);
        while (host.Ended == before && !patience.IsCompleted)
            await Task.Delay(5, Cancellation);
        Assert.Equal(before + 1, host.Ended);
    }

    private static async Task StreamAsync(VerifierHost host, VerifyCandidatesRequest request, CancellationToken cancellation)
    {
        using var call = host.Client.StreamVerifications(new StreamVerificationsRequest { Request = request }, cancellationToken: cancellation);
        while (await call.ResponseStream.MoveNext(cancellation))
            Assert.Equal(CandidateStatus.Compared, call.ResponseStream.Current.Result.Status);
    }
}
