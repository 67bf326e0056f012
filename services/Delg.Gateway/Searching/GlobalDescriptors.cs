using Delg.Contracts.Errors;
using Delg.Gateway.Backends;
using Delg.V1;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Searching;

/// <summary>Reads the global descriptors of indexed images.</summary>
internal sealed class GlobalDescriptors(
    BackendChannels backends, BackendCalls calls, GlobalIndexService.GlobalIndexServiceClient index, IOptions<GatewayOptions> options)
{
    /// <summary>By image id; ids that are not there are left out.</summary>
    /// <param name="collection">Their collection.</param>
    /// <param name="imageIds">Any number, each once.</param>
    /// <param name="caller">Who waits.</param>
    public async Task<IReadOnlyDictionary<string, GlobalDescriptor>> OfAsync(string collection, IEnumerable<string> imageIds, CallerContext caller)
    {
        var found = new Dictionary<string, GlobalDescriptor>();
        foreach (var some in imageIds.Chunk(options.Value.EntriesPerCall))
        {
            var request = new GetEntriesRequest { Collection = collection, ImageIds = { some }, IncludeDescriptors = true };
            var answer = await calls.CallAsync(Stage.Store, backends.GlobalIndex, caller, o => index.GetEntriesAsync(request, o));
            foreach (var entry in answer.Entries)
                found[entry.ImageId] = entry.Descriptor_;
        }

        return found;
    }

    /// <exception cref="DelgException">IMAGE_NOT_FOUND.</exception>
    public async Task<GlobalDescriptor> OfAsync(string collection, string imageId, CallerContext caller) =>
        (await OfAsync(collection, [imageId], caller)).GetValueOrDefault(imageId) ?? throw DelgException.ImageNotFound(collection, imageId);
}
