using Delg.GlobalIndex.Filters;
using Delg.V1;

namespace Delg.GlobalIndex.Tests.Exact;

/// <summary>
/// Sixteen clients upsert, delete, search, list and count at once, 10,000 calls in all. What must hold at any moment:
/// an acknowledged write is seen by the next call of whoever made it; nobody sees an entry that is older than one acknowledged before the call began,
/// or that nobody wrote; an answer has each id once, in order, with the similarity and metadata of one and the same version; counts match
/// lists. At the end, and after reopening, the index holds exactly what the clients believe.
/// </summary>
public sealed class ManyClientsTests
{
    private const int Clients = 16;
    private const int CallsOfEach = 625;
    private const int IdsOfEach = 12;
    private const int Dim = 24;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_OfSixteenClientsAtOnce_KeepEveryInvariant()
    {
        using var folder = new TemporaryFolder();
        var clients = Enumerable.Range(0, Clients).Select(number => new Client(number)).ToList();
        await using (var index = OpenIndex.At(folder.Path))
        {
            var collection = await index.CreateAsync("photos", Dim);
            await Task.WhenAll(clients.Select(client => Task.Run(() => client.RunAsync(index, collection, clients), Cancellation)));
            await AssertHoldsAsync(index, clients);
        }

        Assert.Equal(Clients * CallsOfEach, clients.Sum(client => client.Calls));
        await using var reopened = OpenIndex.At(folder.Path);
        await AssertHoldsAsync(reopened, clients);
    }

    private static async Task AssertHoldsAsync(IGlobalIndex index, List<Client> clients)
    {
        var expected = clients.SelectMany(client => client.Held).ToDictionary(pair => pair.Id, pair => pair.Version);
        var listed = await index.ListAsync("photos", "", int.MaxValue, null, Cancellation);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), listed.Select(entry => entry.ImageId));
        Assert.All(listed, entry => Assert.Equal(expected[entry.ImageId], VersionOf(entry.Metadata)));
        var read = await index.GetAsync("photos", [.. expected.Keys], true, Cancellation);
        Assert.All(read, entry => Assert.Equal(VectorOf(entry.ImageId, expected[entry.ImageId]), entry.Descriptor_.Values));
        Assert.Equal(expected.Count, (await index.GetCollectionAsync("photos", Cancellation)).EntryCount);
    }

    private static int VersionOf(Metadata metadata) => (int)metadata.Values["version"].NumberValue;

    private static float[] VectorOf(string id, int version) =>
        UnitVector.Of([.. Vectors.Random(new Random(id.Aggregate(version, (hash, letter) => (hash * 31) + letter)), Dim)]);

    /// <summary>The only writer of its ids, so that it knows what is there.</summary>
    private sealed class Client(int number)
    {
        private readonly Random _random = new(number);

        // The last acknowledged version of each id: odd ones are there, even ones are deleted. Others read them while this client writes.
        private readonly int[] _acknowledged = new int[IdsOfEach];
        private readonly int[] _begun = new int[IdsOfEach];

        public int Calls { get; private set; }

        public IEnumerable<(string Id, int Version)> Held =>
            _acknowledged.Select((version, i) => (Id: IdOf(number, i), version)).Where(pair => pair.version % 2 == 1);

        public async Task RunAsync(IGlobalIndex index, Collection collection, List<Client> clients)
        {
            for (; Calls < CallsOfEach; Calls++)
            {
                switch (_random.Next(10))
                {
                    case < 4:
                        await PutAsync(index, collection);
                        break;
                    case < 5:
                        await DeleteAsync(index);
                        break;
                    case < 6:
                        await DeleteByFilterAsync(index);
                        break;
                    case < 9:
                        await SearchAsync(index, collection, clients);
                        break;
                    default:
                        await CountOwnAsync(index);
                        break;
                }
            }
        }

        private static string IdOf(int client, int i) => $"{client:D2}-{i:D2}";

        private async Task PutAsync(IGlobalIndex index, Collection collection)
        {
            var written = Enumerable.Range(0, IdsOfEach).Where(_ => _random.Next(3) == 0).Select(i => (Place: i, Version: (_acknowledged[i] + 1) | 1)).ToList();
            foreach (var (place, version) in written)
                Volatile.Write(ref _begun[place], version);
            await index.UpsertAsync(collection, [.. written.Select(pair => EntryOf(IdOf(number, pair.Place), pair.Version))], Cancellation);
            foreach (var (place, version) in written)
                Volatile.Write(ref _acknowledged[place], version);
        }

        private Task DeleteAsync(IGlobalIndex index)
        {
            var places = Enumerable.Range(0, IdsOfEach).Where(_ => _random.Next(4) == 0).ToList();
            return RemoveAsync(places, () => index.DeleteAsync("photos", [.. places.Select(place => IdOf(number, place))], Cancellation));
        }

        private Task DeleteByFilterAsync(IGlobalIndex index)
        {
            var third = _random.Next(3);
            var filter = FilterParser.Parse($"owner = {number} AND third = {third}", IndexCalls.Limits)!;
            return RemoveAsync([.. Enumerable.Range(0, IdsOfEach).Where(i => i % 3 == third)], () => index.DeleteAsync("photos", filter, Cancellation));
        }

        private async Task RemoveAsync(List<int> places, Func<Task<int>> remove)
        {
            var there = places.Where(place => _acknowledged[place] % 2 == 1).ToList();
            foreach (var place in there)
                Volatile.Write(ref _begun[place], _acknowledged[place] + 1);
            Assert.Equal(there.Count, await remove());
            foreach (var place in there)
                Volatile.Write(ref _acknowledged[place], _acknowledged[place] + 1);
        }

        private async Task SearchAsync(IGlobalIndex index, Collection collection, List<Client> clients)
        {
            var before = clients.Select(client => client._acknowledged.Select((_, i) => Volatile.Read(ref client._acknowledged[i])).ToArray()).ToList();
            var query = UnitVector.Of([.. Vectors.Random(_random, Dim)]);
            var found = (await index.FindAsync(collection, [query], topK: 1000))[0].Neighbors;
            var after = clients.Select(client => client._begun.Select((_, i) => Volatile.Read(ref client._begun[i])).ToArray()).ToList();

            Assert.Equal(found.OrderByDescending(n => n.Similarity).ThenBy(n => n.ImageId, StringComparer.Ordinal), found);
            var seen = found.ToDictionary(neighbor => neighbor.ImageId);
            for (var client = 0; client < Clients; client++)
            {
                for (var i = 0; i < IdsOfEach; i++)
                {
                    var id = IdOf(client, i);
                    var neighbor = seen.GetValueOrDefault(id);
                    seen.Remove(id);
                    var (oldest, newest) = (before[client][i], after[client][i]);
                    if (neighbor is null)
                    {
                        // Absent is right only where some version from the oldest to the newest is a deletion.
                        Assert.True(oldest % 2 == 0 || newest > oldest);
                        continue;
                    }

                    var version = VersionOf(neighbor.Metadata);
                    Assert.InRange(version, oldest, newest);
                    Assert.Equal(Vectors.Cosine(VectorOf(id, version), query), neighbor.Similarity, 1e-5);
                }
            }

            Assert.Empty(seen);
        }

        private async Task CountOwnAsync(IGlobalIndex index)
        {
            var filter = $"owner = {number}";
            Assert.Equal(Held.Count(), await index.CountAsync("photos", filter));
            Assert.Equal(Held.Select(pair => pair.Id), await index.ListIdsAsync("photos", filter: filter));
        }

        private GlobalEntry EntryOf(string id, int version)
        {
            var entry = Vectors.Entry(id, VectorOf(id, version));
            entry.Metadata = new Metadata
            {
                Values =
                {
                    ["owner"] = new MetadataValue { NumberValue = number },
                    ["third"] = new MetadataValue { NumberValue = int.Parse(id[^2..], System.Globalization.CultureInfo.InvariantCulture) % 3 },
                    ["version"] = new MetadataValue { NumberValue = version },
                },
            };
            return entry;
        }
    }
}
