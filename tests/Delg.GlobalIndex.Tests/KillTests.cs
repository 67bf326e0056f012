using System.Collections.Concurrent;
using Delg.V1;
using Grpc.Core;

namespace Delg.GlobalIndex.Tests;

public sealed class KillTests
{
    private const int Rounds = 3;
    private const int Writers = 4;
    private const int WritesBeforeKill = 40;

    [Fact]
    public async Task Kill_DuringUpserts_LosesNothingAcknowledgedAndKeepsBatchesWhole()
    {
        using var folder = new TemporaryFolder();
        var acknowledged = new ConcurrentBag<string>();
        for (var round = 0; round < Rounds; round++)
        {
            using var service = await IndexProcess.StartAsync(folder.Path);
            if (round == 0)
                await CreateCollectionAsync(service);
            var enough = new SemaphoreSlim(0);
            var writers = Enumerable.Range(0, Writers).Select(writer => WriteUntilKilledAsync(service, $"{round}-{writer}", acknowledged, enough)).ToList();
            for (var i = 0; i < WritesBeforeKill; i++)
                await enough.WaitAsync(TestContext.Current.CancellationToken);
            await service.KillAsync();
            await Task.WhenAll(writers);
        }

        await using var reopened = await TestIndexService.StartAsync(folder.Path);
        var entries = await AllEntriesAsync(reopened);
        Assert.Empty(acknowledged.Except(entries));
        // A batch is a pair; both or neither.
        Assert.All(entries.CountBy(id => id[..^1]), pair => Assert.Equal(2, pair.Value));
        var found = await reopened.Client.SearchEntriesAsync(
            new SearchEntriesRequest { Collection = "photos", TopK = 10_000, Queries = { Vectors.Descriptor(Vectors.Random(new Random(0), 64)) } },
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(entries.Order(), found.Results[0].Neighbors.Select(neighbor => neighbor.ImageId).Order());
    }

    private static async Task CreateCollectionAsync(IndexProcess service) =>
        await service.Client.CreateCollectionAsync(
            new CreateCollectionRequest { Name = "photos", ModelId = Vectors.Model, Dim = 64 }, cancellationToken: TestContext.Current.CancellationToken);

    private static async Task WriteUntilKilledAsync(IndexProcess service, string prefix, ConcurrentBag<string> acknowledged, SemaphoreSlim enough)
    {
        var random = new Random(prefix.Sum(letter => letter));
        try
        {
            for (var i = 0; ; i++)
            {
                string[] ids = [$"{prefix}-{i}-a", $"{prefix}-{i}-b"];
                await service.Client.UpsertEntriesAsync(
                    new UpsertEntriesRequest { Collection = "photos", Entries = { ids.Select(id => Vectors.Entry(id, Vectors.Random(random, 64))) } },
                    cancellationToken: TestContext.Current.CancellationToken);
                foreach (var id in ids)
                    acknowledged.Add(id);
                enough.Release();
            }
        }
        catch (RpcException)
        {
            // The service is gone, as it should be.
        }
    }

    private static async Task<List<string>> AllEntriesAsync(TestIndexService service)
    {
        var ids = new List<string>();
        var token = "";
        do
        {
            var page = await service.Client.ListEntriesAsync(
                new ListEntriesRequest { Collection = "photos", PageSize = 1000, PageToken = token }, cancellationToken: TestContext.Current.CancellationToken);
            ids.AddRange(page.Entries.Select(entry => entry.ImageId));
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        return ids;
    }
}
