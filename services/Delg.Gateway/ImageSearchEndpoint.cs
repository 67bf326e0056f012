using Delg.Gateway.Backends;
using Delg.Gateway.Backup;
using Delg.Gateway.Duplicates;
using Delg.Gateway.Indexing;
using Delg.Gateway.Searching;
using Delg.Gateway.Upkeep;
using Delg.V1;
using Grpc.Core;

namespace Delg.Gateway;

/// <summary>The gRPC face: each method handed to the part that does it.</summary>
internal sealed class ImageSearchEndpoint(
    ImageCollections collections,
    ImageIndexing indexing,
    IndexStream stream,
    ImageRecords records,
    ImageMetadata metadata,
    ImageRemoval removal,
    ImageSearch search,
    DuplicateSearch duplicates,
    ImageMatching matching,
    ImageExport export,
    ImageImport import,
    ImageCheck upkeep)
    : ImageSearchService.ImageSearchServiceBase
{
    public override async Task<CreateImageCollectionResponse> CreateImageCollection(CreateImageCollectionRequest request, ServerCallContext context) =>
        new() { Collection = await collections.CreateAsync(request, CallerContext.Of(context)) };

    public override async Task<ListImageCollectionsResponse> ListImageCollections(ListImageCollectionsRequest request, ServerCallContext context) =>
        new() { Collections = { (await collections.ListAsync(CallerContext.Of(context))).Collections } };

    public override async Task<DeleteImageCollectionResponse> DeleteImageCollection(DeleteImageCollectionRequest request, ServerCallContext context)
    {
        await collections.DeleteAsync(request.Name, request.AllowMissing, CallerContext.Of(context));
        return new DeleteImageCollectionResponse();
    }

    public override Task<IndexImageResponse> IndexImage(IndexImageRequest request, ServerCallContext context) =>
        indexing.IndexAsync(request, CallerContext.Of(context));

    public override Task IndexImages(
        IAsyncStreamReader<IndexImagesRequest> requestStream, IServerStreamWriter<IndexImagesResponse> responseStream, ServerCallContext context) =>
        stream.RunAsync(requestStream, responseStream, CallerContext.Of(context));

    public override Task<SearchImagesResponse> SearchImages(SearchImagesRequest request, ServerCallContext context) =>
        search.SearchAsync(request, CallerContext.Of(context));

    public override async Task<GetImageResponse> GetImage(GetImageRequest request, ServerCallContext context) =>
        new() { Image = await records.GetAsync(request, CallerContext.Of(context)) };

    public override async Task<GetImageThumbnailResponse> GetImageThumbnail(GetImageThumbnailRequest request, ServerCallContext context) =>
        new() { Thumbnail = await records.ThumbnailAsync(request.Collection, request.ImageId, CallerContext.Of(context)) };

    public override async Task<UpdateImageMetadataResponse> UpdateImageMetadata(UpdateImageMetadataRequest request, ServerCallContext context) =>
        new() { Image = ImageRecords.RecordOf(await metadata.UpdateAsync(request, CallerContext.Of(context))) };

    public override Task<ListImagesResponse> ListImages(ListImagesRequest request, ServerCallContext context) =>
        records.ListAsync(request, CallerContext.Of(context));

    public override async Task<DeleteImageResponse> DeleteImage(DeleteImageRequest request, ServerCallContext context)
    {
        await removal.DeleteAsync(request, CallerContext.Of(context));
        return new DeleteImageResponse();
    }

    public override Task<DeleteImagesResponse> DeleteImages(DeleteImagesRequest request, ServerCallContext context) =>
        removal.DeleteAsync(request, CallerContext.Of(context));

    public override async Task FindDuplicates(
        FindDuplicatesRequest request, IServerStreamWriter<FindDuplicatesResponse> responseStream, ServerCallContext context)
    {
        await foreach (var found in duplicates.FindAsync(request, CallerContext.Of(context), context.CancellationToken))
            await responseStream.WriteAsync(found, context.CancellationToken);
    }

    public override Task<MatchImagesResponse> MatchImages(MatchImagesRequest request, ServerCallContext context) =>
        matching.MatchAsync(request, CallerContext.Of(context));

    public override async Task ExportImages(ExportImagesRequest request, IServerStreamWriter<ExportImagesResponse> responseStream, ServerCallContext context)
    {
        await foreach (var kept in export.ExportAsync(request, CallerContext.Of(context), context.CancellationToken))
            await responseStream.WriteAsync(kept, context.CancellationToken);
    }

    public override Task<ImportImagesResponse> ImportImages(ImportImagesRequest request, ServerCallContext context) =>
        import.ImportAsync(request, CallerContext.Of(context));

    public override async Task CheckImages(CheckImagesRequest request, IServerStreamWriter<CheckImagesResponse> responseStream, ServerCallContext context)
    {
        await foreach (var found in upkeep.CheckAsync(request, CallerContext.Of(context), context.CancellationToken))
            await responseStream.WriteAsync(found, context.CancellationToken);
    }
}
