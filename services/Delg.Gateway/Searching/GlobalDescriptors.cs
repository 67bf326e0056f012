using Delg.Contracts.Errors;
using Delg.Gateway.Backends;
using Delg.V1;

namespace Delg.Gateway.Searching;

/// <summary>Reads the global descriptors of indexed images.</summary>
internal sealed class GlobalDescriptors(BackendChannels backends, BackendCalls calls, GlobalIndexService.GlobalIndexServiceClient index)
{
    /// <summary>By image id; ids that are not there are left out.</summary>
    /// <param name="collection">Their collection.</param>
    /// <param name="imageIds">At most as many as the index takes in a call.</param>
    /// <param name="caller">Who waits.</param>
    public async Task<IReadOnlyDictionary<string, GlobalDescriptor>> OfAsync(string collection, IEnumerable<string> imageIds, CallerContext caller)
    {
        var request = new GetEntriesRequest { Collection = collection, ImageIds = { imageIds }, IncludeDescriptors = true };
        if (request.ImageIds.Count == 0)
            return new Dictionary<string, GlobalDescriptor>();
        var answer = await calls.CallAsync(Stage.Store, backends.GlobalIndex, caller, o => index.GetEntriesAsync(request, o));
        return answer.Entries.ToDictionary(entry => entry.ImageId, entry => entry.Descriptor_);
    }

    /// <exception cref="DelgException">IMAGE_NOT_FOUND.</exception>
    public async Task<GlobalDescriptor> OfAsync(string collection, string imageId, CallerContext caller) =>
        (await OfAsync(collection, [imageId], caller)).GetValueOrDefault(imageId) ?? throw DelgException.ImageNotFound(collection, imageId);
}
