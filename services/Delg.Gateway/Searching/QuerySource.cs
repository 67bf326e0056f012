using Delg.Contracts.Errors;
using Delg.Gateway.Backends;
using Delg.V1;

namespace Delg.Gateway.Searching;

/// <summary>Gets the descriptors of a query: computed, read, or as they were sent.</summary>
internal sealed class QuerySource(
    BackendChannels backends,
    BackendCalls calls,
    ExtractorService.ExtractorServiceClient extractor,
    GlobalIndexService.GlobalIndexServiceClient index,
    LocalVerifierService.LocalVerifierServiceClient verifier)
{
    public Task<QueryDescriptors> DescribeAsync(SearchImagesRequest request, SearchPlan plan, CallerContext caller) => request.QueryCase switch
    {
        SearchImagesRequest.QueryOneofCase.Image => ExtractAsync(request, plan, caller),
        SearchImagesRequest.QueryOneofCase.ImageId => ReadAsync(request.ImageId, plan, caller),
        _ => Task.FromResult(new QueryDescriptors(request.Features.Global, plan.RerankDepth > 0 ? request.Features.Local : null)),
    };

    private async Task<QueryDescriptors> ExtractAsync(SearchImagesRequest request, SearchPlan plan, CallerContext caller)
    {
        var extract = new ExtractRequest
        {
            Image = request.Image,
            Region = request.Region,
            Features = plan.RerankDepth > 0 ? FeatureSelection.GlobalAndLocal : FeatureSelection.Global,
            Priority = ExtractionPriority.Query,
        };
        var answer = await calls.CallAsync(Stage.Extract, backends.Extractor, caller, o => extractor.ExtractAsync(extract, o));
        return new QueryDescriptors(answer.Global, answer.Local);
    }

    private async Task<QueryDescriptors> ReadAsync(string imageId, SearchPlan plan, CallerContext caller)
    {
        var entries = new GetEntriesRequest { Collection = plan.Collection, ImageIds = { imageId }, IncludeDescriptors = true };
        var answer = await calls.CallAsync(Stage.Store, backends.GlobalIndex, caller, o => index.GetEntriesAsync(entries, o));
        if (answer.Entries.Count == 0)
            throw DelgException.ImageNotFound(plan.Collection, imageId);
        if (plan.RerankDepth == 0)
            return new QueryDescriptors(answer.Entries[0].Descriptor_, null);
        var features = new GetFeaturesRequest { Collection = plan.Collection, ImageId = imageId };
        var stored = await calls.CallAsync(Stage.Store, backends.LocalVerifier, caller, o => verifier.GetFeaturesAsync(features, o));
        return new QueryDescriptors(answer.Entries[0].Descriptor_, stored.Features);
    }
}
