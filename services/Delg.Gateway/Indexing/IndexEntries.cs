using Delg.Contracts.Errors;
using Delg.Gateway.Backends;
using Delg.V1;
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

    public async Task PutAsync(string collection, GlobalEntry entry, CallerContext caller)
    {
        var upsert = new UpsertEntriesRequest { Collection = collection, Entries = { entry } };
        var answer = await calls.CallAsync(Stage.Store, backends.GlobalIndex, caller, o => index.UpsertEntriesAsync(upsert, o));
        if (answer.Results is [{ Code: not 0 } refused])
            throw new DelgException((StatusCode)refused.Code, refused.Reason, refused.Message);
    }
}
