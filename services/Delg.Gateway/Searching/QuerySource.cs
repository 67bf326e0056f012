using Delg.Gateway.Backends;
using Delg.Gateway.Remote;
using Delg.V1;
using Google.Protobuf;

namespace Delg.Gateway.Searching;

/// <summary>Gets the descriptors of a query: computed, read, or as they were sent.</summary>
internal sealed class QuerySource(
    BackendChannels backends,
    BackendCalls calls,
    ExtractorService.ExtractorServiceClient extractor,
    RemoteImages remote,
    GlobalDescriptors descriptors,
    Comparisons comparisons)
{
    public async Task<QueryDescriptors> DescribeAsync(SearchImagesRequest request, SearchPlan plan, CallerContext caller) => request.QueryCase switch
    {
        SearchImagesRequest.QueryOneofCase.Image => await ExtractAsync(request.Image, request.Region, plan, caller),
        SearchImagesRequest.QueryOneofCase.ImageUrl => await ExtractAsync(await remote.FetchAsync(request.ImageUrl, caller.Cancellation), request.Region, plan, caller),
        SearchImagesRequest.QueryOneofCase.ImageId => await ReadAsync(request.ImageId, request.Region, plan, caller),
        _ => new QueryDescriptors(request.Features.Global, plan.RerankDepth > 0 ? request.Features.Local : null),
    };

    private async Task<QueryDescriptors> ExtractAsync(ByteString image, Region? region, SearchPlan plan, CallerContext caller)
    {
        var extract = new ExtractRequest
        {
            Image = image,
            Region = region,
            Features = plan.RerankDepth > 0 ? FeatureSelection.GlobalAndLocal : FeatureSelection.Global,
            Priority = ExtractionPriority.Query,
        };
        var answer = await calls.CallAsync(Stage.Extract, backends.Extractor, caller, o => extractor.ExtractAsync(extract, o));
        return new QueryDescriptors(answer.Global, answer.Local);
    }

    private async Task<QueryDescriptors> ReadAsync(string imageId, Region? region, SearchPlan plan, CallerContext caller)
    {
        var global = await descriptors.OfAsync(plan.Collection, imageId, caller);
        if (plan.RerankDepth == 0)
            return new QueryDescriptors(global, null);
        var local = await comparisons.FeaturesAsync(plan.Collection, imageId, caller);
        return region is null ? new QueryDescriptors(global, local) : new QueryDescriptors(global, QueryRegion.Inside(local, region), IsGlobalOfWholeImage: true);
    }
}
