using Delg.Contracts.Errors;
using Delg.Contracts.Validation;
using Delg.Gateway.Backends;
using Delg.Gateway.Indexing;
using Delg.V1;

namespace Delg.Gateway.Backup;

/// <summary>Puts exported images back, local features before the entries, as when they were indexed.</summary>
internal sealed class ImageImport(
    BackendChannels backends,
    BackendCalls calls,
    GlobalIndexService.GlobalIndexServiceClient index,
    LocalVerifierService.LocalVerifierServiceClient verifier,
    ImageCollections collections,
    IndexEntries entries,
    WriteOrder writes)
{
    private const int MostImages = 100;

    /// <summary>Bytes of SHA-256.</summary>
    private const int HashBytes = 32;

    /// <summary>One result an image, in the order of the request.</summary>
    /// <exception cref="DelgException">COLLECTION_NOT_FOUND; FIELD_INVALID where the request as a whole is at fault.</exception>
    public async Task<ImportImagesResponse> ImportAsync(ImportImagesRequest request, CallerContext caller)
    {
        var name = collections.NameOrDefault(request.Collection);
        var check = new MessageCheck();
        check.CollectionName(name, "collection");
        if (check.InRange(request.Images.Count, 1, MostImages, "images"))
            check.That(request.Images.DistinctBy(image => image.ImageId).Count() == request.Images.Count, "images", "Each image id once.");
        check.ThrowIfInvalid();
        var collection = await collections.GetAsync(name, caller);

        var results = request.Images.Select(image => new ImageResult { ImageId = image.ImageId }).ToList();
        var sound = new List<(ExportedImage Image, ImageResult Result)>();
        foreach (var (image, result) in request.Images.Zip(results))
        {
            if (Attempt(() => Check(image, collection), result))
                sound.Add((image, result));
        }

        if (sound.Count > 0)
            await WriteAsync(name, sound, caller);
        return new ImportImagesResponse { Results = { results } };
    }

    /// <summary>Checked here, though the services check it again: a mistake must be found before the first of the two writes.</summary>
    private static void Check(ExportedImage image, Collection collection)
    {
        var check = new MessageCheck();
        check.ImageId(image.ImageId, "image_id");
        check.Metadata(image.Metadata, "metadata");
        check.That(image.ContentHash.Length is 0 or HashBytes, "content_hash", $"{image.ContentHash.Length} bytes; a SHA-256 has {HashBytes}.");
        check.Thumbnail(image.Thumbnail.Span, "thumbnail");
        var isDescribed = check.Global(image.Global, "global") & check.Local(image.Local, "local");
        check.ThrowIfInvalid();
        if (!isDescribed)
            return;
        foreach (var model in (string[])[image.Global.ModelId, image.Local.ModelId])
        {
            if (model != collection.ModelId)
                throw DelgException.ModelMismatch(collection.ModelId, model);
        }
    }

    private async Task WriteAsync(string collection, List<(ExportedImage Image, ImageResult Result)> images, CallerContext caller)
    {
        using var _ = await writes.EnterAsync(collection, images.Select(image => image.Image.ImageId), caller.Cancellation);
        await entries.BeginReplacementAsync(collection, images.ToDictionary(image => image.Image.ImageId, image => image.Image.ContentHash), caller);
        await Task.WhenAll(images.Select(image => AttemptAsync(() => PutFeaturesAsync(collection, image.Image), image.Result)));
        images.RemoveAll(image => image.Result.Code != 0);
        if (images.Count == 0)
            return;
        var upsert = new UpsertEntriesRequest { Collection = collection, Entries = { images.Select(image => EntryOf(image.Image)) } };
        var answer = await calls.CallAsync(Stage.Store, backends.GlobalIndex, CallerContext.Detached, o => index.UpsertEntriesAsync(upsert, o));
        foreach (var ((_, result), written) in images.Zip(answer.Results))
            (result.Code, result.Reason, result.Message) = (written.Code, written.Reason, written.Message);
    }

    private async Task PutFeaturesAsync(string collection, ExportedImage image)
    {
        var put = new PutFeaturesRequest { Collection = collection, ImageId = image.ImageId, Features = image.Local, Thumbnail = image.Thumbnail };
        await calls.CallAsync(Stage.Store, backends.LocalVerifier, CallerContext.Detached, o => verifier.PutFeaturesAsync(put, o));
    }

    private static GlobalEntry EntryOf(ExportedImage image) => new()
    {
        ImageId = image.ImageId,
        Descriptor_ = image.Global,
        Metadata = image.Metadata,
        ContentHash = image.ContentHash,
        ImageSize = image.ImageSize,
    };

    private static bool Attempt(Action work, ImageResult result)
    {
        try
        {
            work();
            return true;
        }
        catch (DelgException failure)
        {
            Note(failure, result);
            return false;
        }
    }

    private static async Task AttemptAsync(Func<Task> work, ImageResult result)
    {
        try
        {
            await work();
        }
        catch (DelgException failure)
        {
            Note(failure, result);
        }
    }

    private static void Note(DelgException failure, ImageResult result) =>
        (result.Code, result.Reason, result.Message) = ((int)failure.Code, failure.Reason, failure.Message);
}
