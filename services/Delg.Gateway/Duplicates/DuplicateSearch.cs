using System.Runtime.CompilerServices;
using Delg.Contracts.Validation;
using Delg.Gateway.Backends;
using Delg.Gateway.Indexing;
using Delg.Gateway.Searching;
using Delg.V1;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Duplicates;

/// <summary>
/// Goes through a collection page by page, searches the neighbours of a page's images in one call, and compares each new pair. Memory is
/// bounded by the pairs looked at, which the request bounds.
/// </summary>
internal sealed class DuplicateSearch(
    BackendChannels backends,
    BackendCalls calls,
    GlobalIndexService.GlobalIndexServiceClient index,
    ImageCollections collections,
    IndexEntries entries,
    GlobalDescriptors descriptors,
    Comparisons comparisons,
    IOptions<GatewayOptions> options)
{
    private const int PageSize = 64;
    private const int MaxNeighbors = 100;
    private const int DefaultNeighbors = 10;
    private const int MaxPairs = 100_000;
    private const int DefaultMaxPairs = 10_000;

    public async IAsyncEnumerable<FindDuplicatesResponse> FindAsync(FindDuplicatesRequest request, CallerContext caller, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var collection = collections.NameOrDefault(request.Collection);
        Check(request, collection);
        var maxPairs = request.MaxPairs == 0 ? DefaultMaxPairs : request.MaxPairs;
        var seen = new HashSet<(string, string)>();
        var summary = new DuplicateSummary();
        var skipped = new HashSet<string>(StringComparer.Ordinal);
        var list = new ListEntriesRequest { Collection = collection, PageSize = PageSize, Filter = request.Filter };
        await foreach (var page in entries.PagesAsync(list, caller))
        {
            var neighbors = await NeighborsAsync(request, collection, [.. page.Select(entry => entry.ImageId)], caller);
            foreach (var (imageId, near) in neighbors)
            {
                cancellation.ThrowIfCancellationRequested();
                var fresh = near.Where(neighbor => !seen.Contains(Key(imageId, neighbor.ImageId))).Take(maxPairs - seen.Count + 1).ToList();
                if (seen.Count + fresh.Count > maxPairs)
                {
                    fresh.RemoveAt(fresh.Count - 1);
                    summary.Truncated = true;
                }

                seen.UnionWith(fresh.Select(neighbor => Key(imageId, neighbor.ImageId)));
                summary.ImageCount++;
                foreach (var pair in await PairsAsync(request, collection, imageId, fresh, skipped, caller))
                {
                    summary.PairCount++;
                    yield return new FindDuplicatesResponse { Pair = pair };
                }

                if (summary.Truncated)
                    break;
            }

            if (summary.Truncated)
                break;
        }

        summary.SkippedCount = skipped.Count;
        yield return new FindDuplicatesResponse { Summary = summary };
    }

    private static void Check(FindDuplicatesRequest request, string collection)
    {
        var check = new MessageCheck();
        check.CollectionName(collection, "collection");
        if (request.HasMinSimilarity)
            check.Similarity(request.MinSimilarity, "min_similarity");
        check.InRange(request.Neighbors, 0, MaxNeighbors, "neighbors");
        check.InRange(request.MaxPairs, 0, MaxPairs, "max_pairs");
        check.Verification(request.Verification, "verification");
        check.ThrowIfInvalid();
    }

    /// <summary>The neighbours of each image, itself left out. Images that were removed meanwhile are left out too.</summary>
    private async Task<IReadOnlyList<(string ImageId, IEnumerable<Neighbor> Near)>> NeighborsAsync(
        FindDuplicatesRequest request, string collection, IReadOnlyList<string> imageIds, CallerContext caller)
    {
        var queries = (await descriptors.OfAsync(collection, imageIds, caller)).ToList();
        if (queries.Count == 0)
            return [];
        var count = request.Neighbors == 0 ? DefaultNeighbors : request.Neighbors;
        var search = new SearchEntriesRequest
        {
            Collection = collection,
            Queries = { queries.Select(query => query.Value) },
            // An image is its own nearest neighbour.
            TopK = count + 1,
            MinSimilarity = request.HasMinSimilarity ? request.MinSimilarity : options.Value.DuplicateSimilarity,
            Filter = request.Filter,
        };
        var answer = await calls.CallAsync(Stage.Search, backends.GlobalIndex, caller, o => index.SearchEntriesAsync(search, o));
        return [.. queries.Select((query, i) => (query.Key, answer.Results[i].Neighbors.Where(neighbor => neighbor.ImageId != query.Key).Take(count)))];
    }

    /// <summary>The pairs of an image. Those whose features cannot be read, because they are damaged or were removed meanwhile, are put among the skipped.</summary>
    private async Task<IEnumerable<DuplicatePair>> PairsAsync(
        FindDuplicatesRequest request, string collection, string imageId, List<Neighbor> near, HashSet<string> skipped, CallerContext caller)
    {
        if (request.SkipVerification)
            return near.Select(neighbor => PairOf(imageId, neighbor, null));
        if (await comparisons.TryCompareAsync(collection, imageId, [.. near.Select(neighbor => neighbor.ImageId)], request.Verification, caller) is not { } results)
        {
            skipped.Add(imageId);
            return [];
        }

        skipped.UnionWith(near.Where((_, i) => results[i] is null).Select(neighbor => neighbor.ImageId));
        return near.Select((neighbor, i) => PairOf(imageId, neighbor, results[i])).Where(pair => pair.Verification?.Verified == true);
    }

    private static DuplicatePair PairOf(string imageId, Neighbor neighbor, Verification? verification) =>
        new() { ImageId = imageId, OtherImageId = neighbor.ImageId, Similarity = neighbor.Similarity, Verification = verification };

    private static (string, string) Key(string a, string b) => string.CompareOrdinal(a, b) < 0 ? (a, b) : (b, a);
}
