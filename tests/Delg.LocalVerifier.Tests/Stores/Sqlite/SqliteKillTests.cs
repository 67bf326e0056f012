using System.Collections.Concurrent;
using Delg.LocalVerifier.Stores;
using Delg.LocalVerifier.Stores.Sqlite;
using Delg.LocalVerifier.Tests.Service;
using Delg.V1;
using Grpc.Core;
using Microsoft.Data.Sqlite;

namespace Delg.LocalVerifier.Tests.Stores.Sqlite;

public sealed class SqliteKillTests
{
    private const int Rounds = 2;
    private const int Writers = 4;
    private const int WritesBeforeKill = 40;
    private const int Images = 50;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kill_DuringPuts_LosesNothingAcknowledgedAndLeavesNoHalfValue()
    {
        using var folder = new TemporaryFolder();
        // Each writer puts over what it put before, so that values are replaced while the process dies: the last acknowledged one is there, or the one after.
        var acknowledged = new ConcurrentDictionary<string, int>();
        for (var round = 0; round < Rounds; round++)
        {
            using var service = await VerifierProcess.StartAsync(folder.Path);
            using var enough = new SemaphoreSlim(0);
            var from = round * 1000;
            var writers = Enumerable.Range(0, Writers).Select(writer => PutUntilKilledAsync(service, $"{writer}", from, acknowledged, enough)).ToList();
            for (var i = 0; i < WritesBeforeKill; i++)
                await enough.WaitAsync(Cancellation);
            await service.KillAsync();
            await Task.WhenAll(writers);
        }

        var storeFolder = Path.Combine(folder.Path, "local-verifier");
        await using (var store = SqliteFeatureStore.Open(storeFolder, new SqliteStoreOptions()))
        {
            foreach (var (id, seed) in acknowledged)
            {
                using var values = await store.GetAsync("c", [id], Cancellation);
                var found = StoredFeatures.Read(values[0]!.Value).ToMessage();
                // The score says which put it was: the last acknowledged one, or a later one that was under way when its round was killed.
                var later = (int)found.Scores[0] - seed;
                Assert.True(later >= 0 && later % Images == 0, $"Image {id} holds put {found.Scores[0]} where {seed} was acknowledged.");
                Assert.Equal(Features((int)found.Scores[0]), found);
            }
        }

        Assert.InRange(acknowledged.Count, 1, Writers * Images);
        using var connection = new SqliteConnection($"Data Source={Path.Combine(storeFolder, SqliteFeatureStore.FileName)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", command.ExecuteScalar());
    }

    private static async Task PutUntilKilledAsync(
        VerifierProcess service, string prefix, int from, ConcurrentDictionary<string, int> acknowledged, SemaphoreSlim enough)
    {
        try
        {
            for (var i = from; ; i++)
            {
                var id = $"{prefix}-{i % Images}";
                await service.Client.PutFeaturesAsync(
                    new PutFeaturesRequest { Collection = "c", ImageId = id, Features = Features(i) }, cancellationToken: Cancellation);
                acknowledged[id] = i;
                enough.Release();
            }
        }
        catch (RpcException)
        {
            // The service is gone, as it should be.
        }
    }

    private static LocalFeatures Features(int seed)
    {
        var features = RandomFeatures.Message(seed % 8, 300, DescriptorEncoding.Int8);
        features.Scores[0] = seed;
        return features;
    }
}
