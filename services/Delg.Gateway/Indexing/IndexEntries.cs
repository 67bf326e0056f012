using Delg.Contracts.Errors;
using Delg.Gateway.Backends;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.Gateway.Indexing;

/// <summary>Reads and writes single entries of the global index, and goes through many.</summary>
internal sealed class IndexEntries(BackendChannels backends, BackendCalls calls, GlobalIndexService.GlobalIndexServiceClient index)
{
    /// <summary>The entry; null when there is none.</summary>
    /// <exception cref="DelgException">COLLECTION_NOT_FOUND.</exception>
    public async Task<GlobalEntry?> FindAsync(string collection, string imageId, bool withDescriptor, CallerContext caller)
    {
        var request = new GetEntriesRequest { Collection = collection, ImageIds = { imageId }, IncludeDescriptors = withDescriptor };
        var answer = await calls.CallAsync(Stage.Store, backends.GlobalIndex, caller, o => index.GetEntriesAsync(request, o));
        return answer.Entries.Count == 0 ? null : answer.Entries[0];
    }

    /// <summary>
    /// Marks those of some images that are there and become others, before the first new half of them is written; putting the new entry takes the mark
    /// away. The images' gates must be held.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="contentHashes">The new hashes by image id; empty: not known.</param>
    /// <param name="caller">Who waits. Once something is marked, it no longer counts.</param>
    /// <returns>The entries that are there.</returns>
    public async Task<IReadOnlyList<GlobalEntry>> BeginReplacementAsync(string collection, IReadOnlyDictionary<string, ByteString> contentHashes, CallerContext caller)
    {
        var request = new GetEntriesRequest { Collection = collection, ImageIds = { contentHashes.Keys }, IncludeDescriptors = true };
        var earlier = (await calls.CallAsync(Stage.Store, backends.GlobalIndex, caller, o => index.GetEntriesAsync(request, o))).Entries;
        // The same photo again: its halves are alike, whichever is written first.
        var replaced = earlier.Where(entry => !ReplacementMark.IsOn(entry) && (entry.ContentHash.IsEmpty || entry.ContentHash != contentHashes[entry.ImageId]));
        caller.Cancellation.ThrowIfCancellationRequested();
        await PutAsync(collection, [.. replaced.Select(ReplacementMark.Put)], CallerContext.Detached);
        return earlier;
    }

    /// <summary>What a request lists, page by page to the end. Entries put or removed meanwhile may or may not be among it.</summary>
    /// <exception cref="DelgException">COLLECTION_NOT_FOUND, FILTER_INVALID.</exception>
    public async IAsyncEnumerable<IReadOnlyList<GlobalEntry>> PagesAsync(ListEntriesRequest request, CallerContext caller)
    {
        var page = request.Clone();
        do
        {
            var listed = await calls.CallAsync(Stage.Store, backends.GlobalIndex, caller, o => index.ListEntriesAsync(page, o));
            yield return listed.Entries;
            page.PageToken = listed.NextPageToken;
        }
        while (page.PageToken.Length > 0);
    }

    public Task PutAsync(string collection, GlobalEntry entry, CallerContext caller) => PutAsync(collection, [entry], caller);

    private async Task PutAsync(string collection, GlobalEntry[] some, CallerContext caller)
    {
        if (some.Length == 0)
            return;
        var upsert = new UpsertEntriesRequest { Collection = collection, Entries = { some } };
        var answer = await calls.CallAsync(Stage.Store, backends.GlobalIndex, caller, o => index.UpsertEntriesAsync(upsert, o));
        if (answer.Results.FirstOrDefault(result => result.Code != 0) is { } refused)
            throw new DelgException((StatusCode)refused.Code, refused.Reason, refused.Message);
    }
}
