using System.Collections.Concurrent;
using Delg.Contracts.Errors;
using Delg.GlobalIndex.Milvus;
using Delg.V1;

namespace Delg.GlobalIndex.Tests.Milvus.Server;

/// <summary>A real server that dies while it is written to.</summary>
[Trait(MilvusServer.Trait, MilvusServer.TraitValue)]
public sealed class MilvusRestartTests
{
    private const int Writers = 4;
    private const int WritesBeforeKill = 60;
    private const int Dim = 64;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kill_DuringUpserts_LosesNothingAcknowledgedAndTheIndexComesBack()
    {
        await using var server = await MilvusServer.StartAsync();
        // Patient: a server that was killed takes a minute to come back.
        await using var index = OpenMilvus.At(server.Address, set: options => options.RetrySeconds = 240);
        var collection = await index.CreateAsync("photos", Dim);
        var acknowledged = new ConcurrentDictionary<string, float[]>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var enough = new SemaphoreSlim(0);
        var writers = Enumerable.Range(0, Writers).Select(writer => WriteAsync(index, collection, writer, acknowledged, enough, stop.Token)).ToList();
        await WaitAsync(enough, WritesBeforeKill);

        await server.KillAsync();
        var before = acknowledged.Count;
        await server.StartAgainAsync();
        // The writers were never told: their calls in flight are tried again until the server takes them.
        await WaitAsync(enough, WritesBeforeKill);
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        Assert.True(before >= WritesBeforeKill);
        Assert.True(acknowledged.Count > before);
        await using var another = OpenMilvus.At(server.Address, set: options => options.RetrySeconds = 240);
        var ids = await another.ListIdsAsync("photos");
        Assert.Empty(acknowledged.Keys.Except(ids));
        var read = await another.GetAsync("photos", [.. acknowledged.Keys], true, Cancellation);
        Assert.Equal(acknowledged.Count, read.Count);
        Assert.All(read, entry => Assert.Equal(UnitVector.Of([.. acknowledged[entry.ImageId]]), entry.Descriptor_.Values));
        Assert.Equal(ids.Count, await another.CountAsync("photos"));
        var found = await another.NearestAsync(await another.DescribeCollectionAsync("photos", Cancellation), Vectors.Random(new Random(1), Dim), topK: 10_000);
        Assert.Equal(ids.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    private static async Task WriteAsync(
        MilvusIndex index, Collection collection, int writer, ConcurrentDictionary<string, float[]> acknowledged, SemaphoreSlim enough, CancellationToken stop)
    {
        var random = new Random(writer);
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var (id, vector) = ($"{writer}-{i}", Vectors.Random(random, Dim));
            try
            {
                await index.UpsertAsync(collection, [Vectors.Entry(id, UnitVector.Of([.. vector]))], stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (DelgException failure) when (failure.Reason is ErrorReason.DependencyUnavailable or ErrorReason.DeadlineExceeded or ErrorReason.Internal)
            {
                // Not acknowledged: it may be there or not.
                continue;
            }

            acknowledged[id] = vector;
            enough.Release();
            await Task.Delay(5, CancellationToken.None);
        }
    }

    private static async Task WaitAsync(SemaphoreSlim enough, int times)
    {
        for (var i = 0; i < times; i++)
            await enough.WaitAsync(Cancellation);
    }
}
