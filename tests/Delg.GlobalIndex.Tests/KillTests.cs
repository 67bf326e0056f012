using System.Collections.Concurrent;
using System.Globalization;
using Delg.V1;
using Grpc.Core;

namespace Delg.GlobalIndex.Tests;

/// <summary>
/// Ends the service without warning while it writes, again and again on one folder. Every vector is drawn from its id, so that one which is half
/// written or another's is told from the right one.
/// </summary>
public sealed class KillTests
{
    /// <summary>Rounds to do instead of <see cref="DefaultRounds"/>.</summary>
    private const string RoundsVariable = "DELG_TEST_KILL_ROUNDS";

    private const int DefaultRounds = 50;
    private const int Writers = 4;
    private const int Dim = 64;

    [Fact]
    public async Task Kill_DuringUpserts_LosesNothingAcknowledgedAndKeepsBatchesWhole()
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable(RoundsVariable) ?? $"{DefaultRounds}", CultureInfo.InvariantCulture);
        using var folder = new TemporaryFolder();
        var random = new Random(rounds);
        var acknowledged = new HashSet<string>();
        for (var round = 0; round < rounds; round++)
        {
            using var service = await IndexProcess.StartAsync(folder.Path);
            if (round == 0)
                await CreateCollectionAsync(service);
            var done = new ConcurrentBag<string>();
            var enough = new SemaphoreSlim(0);
            var writers = Enumerable.Range(0, Writers).Select(writer => WriteUntilKilledAsync(service, $"{round}-{writer}", done, enough)).ToList();
            // Ends at another point of the work each time, once right after the start.
            for (var writes = random.Next(30); writes > 0; writes--)
                await enough.WaitAsync(TestContext.Current.CancellationToken);
            await service.KillAsync();
            await Task.WhenAll(writers);
            acknowledged.UnionWith(done);
        }

        Assert.NotEmpty(acknowledged);
        await using var reopened = await TestIndexService.StartAsync(folder.Path);
        var entries = await AllEntriesAsync(reopened);
        Assert.Empty(acknowledged.Except(entries.Keys));
        // A batch is a pair; both or neither.
        Assert.All(entries.Keys.CountBy(id => id[..^1]), pair => Assert.Equal(2, pair.Value));
        Assert.All(entries, entry => Assert.Equal(UnitVector.Of([.. VectorOf(entry.Key)]), entry.Value));
        var found = await reopened.Client.SearchEntriesAsync(
            new SearchEntriesRequest { Collection = "photos", TopK = 10_000, Queries = { Vectors.Descriptor(VectorOf("query")) } },
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(entries.Keys.Order(), found.Results[0].Neighbors.Select(neighbor => neighbor.ImageId).Order());
    }

    private static float[] VectorOf(string id) => Vectors.Random(new Random(id.Aggregate(17, (hash, letter) => (hash * 31) + letter)), Dim);

    private static async Task CreateCollectionAsync(IndexProcess service) =>
        await service.Client.CreateCollectionAsync(
            new CreateCollectionRequest { Name = "photos", ModelId = Vectors.Model, Dim = Dim }, cancellationToken: TestContext.Current.CancellationToken);

    private static async Task WriteUntilKilledAsync(IndexProcess service, string prefix, ConcurrentBag<string> acknowledged, SemaphoreSlim enough)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                string[] ids = [$"{prefix}-{i}-a", $"{prefix}-{i}-b"];
                await service.Client.UpsertEntriesAsync(
                    new UpsertEntriesRequest { Collection = "photos", Entries = { ids.Select(id => Vectors.Entry(id, VectorOf(id))) } },
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

    private static async Task<Dictionary<string, IReadOnlyList<float>>> AllEntriesAsync(TestIndexService service)
    {
        var entries = new Dictionary<string, IReadOnlyList<float>>();
        var token = "";
        do
        {
            var page = await service.Client.ListEntriesAsync(
                new ListEntriesRequest { Collection = "photos", PageSize = 1000, PageToken = token }, cancellationToken: TestContext.Current.CancellationToken);
            var read = await service.Client.GetEntriesAsync(
                new GetEntriesRequest { Collection = "photos", ImageIds = { page.Entries.Select(entry => entry.ImageId) }, IncludeDescriptors = true },
                cancellationToken: TestContext.Current.CancellationToken);
            foreach (var entry in read.Entries)
                entries.Add(entry.ImageId, entry.Descriptor_.Values);
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        return entries;
    }
}
