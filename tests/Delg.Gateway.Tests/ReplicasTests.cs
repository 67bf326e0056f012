using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Google.Protobuf;
using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.DependencyInjection;

namespace Delg.Gateway.Tests;

/// <summary>The gateway's own calls, where extractor and verifier each are a name with two replicas.</summary>
public class ReplicasTests
{
    private const int Searches = 20;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_OverTwoReplicas_AreShared()
    {
        await using var first = await ReplicaAsync();
        await using var second = await ReplicaAsync();
        await using var gateway = await StartAsync(first.Address, second.Address);

        await BothAreConnectedAsync(gateway, first, second);
        var before = Counts(first, second);
        for (var i = 0; i < Searches; i++)
            await SearchAsync(gateway);

        // By turns, but the turns begin anew whenever a connection comes or goes.
        Assert.All(Counts(first, second).Zip(before, (after, earlier) => after - earlier), share => Assert.InRange(share, Searches / 4, Searches));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Calls_WhenOneReplicaGoes_AreAnsweredByTheOther(bool isOrderly)
    {
        await using var first = await ReplicaAsync();
        await using var second = await ReplicaAsync();
        using var wire = new FakeWire(second.Address);
        // Who stops in order takes no more connections while it ends those it has; a wire would go on to take them.
        await using var gateway = await StartAsync(first.Address, isOrderly ? second.Address : wire.Address);
        await BothAreConnectedAsync(gateway, first, second);
        var isUnderWay = new TaskCompletionSource();
        var searching = Task.Run(
            async () =>
            {
                for (var i = 0; i < 10 * Searches; i++)
                {
                    await SearchAsync(gateway);
                    if (i == Searches)
                        isUnderWay.SetResult();
                }
            },
            Stop);

        await await Task.WhenAny(isUnderWay.Task, searching);
        if (isOrderly)
            await second.StopAsync();
        else
            wire.Cut();
        await searching;
        var answeredBySecond = second.Extractor.Requests.Count;
        for (var i = 0; i < Searches; i++)
        {
            var indexed = await gateway.Client.IndexImageAsync(new IndexImageRequest { ImageId = $"i{i}", Image = ByteString.CopyFrom(1) }, cancellationToken: Stop);
            Assert.Equal(IndexOutcome.Added, indexed.Outcome);
        }

        Assert.Equal(answeredBySecond, second.Extractor.Requests.Count);
        Assert.Equal(Searches, first.Verifier.Stored.Count);
    }

    private static Task<GatewayHost> StartAsync(params string[] replicas) => GatewayHost.StartAsync(
        services => services.AddSingleton<ResolverFactory>(new FakeNames(replicas)),
        ("Extractor", "dns:///extractor:1"), ("LocalVerifier", "dns:///verifier:1"));

    private static async Task<FakeBackends> ReplicaAsync()
    {
        var replica = await FakeBackends.StartAsync();
        replica.Verifier.Inliers["a"] = (90, 40);
        return replica;
    }

    /// <summary>Extractions and verifications of each.</summary>
    private static int[] Counts(params FakeBackends[] replicas) => [.. replicas.SelectMany(replica => new[] { replica.Extractor.Requests.Count, replica.Verifier.Verifications.Count })];

    /// <summary>Until then calls go to whoever is connected.</summary>
    private static async Task BothAreConnectedAsync(GatewayHost gateway, params FakeBackends[] replicas)
    {
        gateway.Backends.Index.Collections["default"] = new Collection { Name = "default", ModelId = gateway.Backends.Extractor.ModelId };
        gateway.Backends.Index.Neighbors.Add(new Neighbor { ImageId = "a", Similarity = 0.9f });
        while (replicas.Any(replica => replica.Extractor.Requests.IsEmpty || replica.Verifier.Verifications.IsEmpty))
            await SearchAsync(gateway);
    }

    private static async Task SearchAsync(GatewayHost gateway)
    {
        var answer = await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = ByteString.CopyFrom(1) }, cancellationToken: Stop);
        Assert.True(Assert.Single(answer.Hits).Verification.Verified);
    }
}
