using Delg.Contracts.Errors;
using Delg.Gateway.Backends;
using Delg.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Indexing;

/// <summary>Collections: made for the model that is loaded, dropped with their local features.</summary>
internal sealed class ImageCollections(
    BackendChannels backends,
    BackendCalls calls,
    ExtractorService.ExtractorServiceClient extractor,
    GlobalIndexService.GlobalIndexServiceClient index,
    LocalVerifierService.LocalVerifierServiceClient verifier,
    IOptions<GatewayOptions> options)
{
    /// <summary>The name itself, or the default collection's when it is empty.</summary>
    public string NameOrDefault(string name) => name.Length == 0 ? options.Value.DefaultCollection : name;

    /// <summary>The model the extractor has loaded.</summary>
    public Task<GetModelResponse> LoadedModelAsync(CallerContext caller) =>
        calls.CallAsync(Stage.Store, backends.Extractor, caller, o => extractor.GetModelAsync(new GetModelRequest(), o));

    /// <summary>Makes an empty collection for the model that is loaded.</summary>
    public async Task<Collection> CreateAsync(CreateImageCollectionRequest request, CallerContext caller)
    {
        var model = await LoadedModelAsync(caller);
        return await CreateAsync(new CreateCollectionRequest { Name = request.Name, ModelId = model.ModelId, Dim = model.GlobalDim, Storage = request.Storage }, caller);
    }

    public async Task<ListCollectionsResponse> ListAsync(CallerContext caller) =>
        await calls.CallAsync(Stage.Store, backends.GlobalIndex, caller, o => index.ListCollectionsAsync(new ListCollectionsRequest(), o));

    /// <exception cref="DelgException">COLLECTION_NOT_FOUND.</exception>
    public async Task<Collection> GetAsync(string name, CallerContext caller)
    {
        var answer = await calls.CallAsync(Stage.Store, backends.GlobalIndex, caller, o => index.GetCollectionAsync(new GetCollectionRequest { Name = name }, o));
        return answer.Collection;
    }

    /// <summary>The collection; null when it is not there and may be made.</summary>
    /// <exception cref="DelgException">COLLECTION_NOT_FOUND when it is not there and the option forbids making it.</exception>
    public async Task<Collection?> FindAsync(string name, CallerContext caller)
    {
        try
        {
            return await GetAsync(name, caller);
        }
        catch (DelgException missing) when (missing.Reason == ErrorReason.CollectionNotFound && options.Value.AutoCreateCollections)
        {
            return null;
        }
    }

    /// <summary>Makes the collection for descriptors like this one, or reads it when somebody else was faster.</summary>
    public async Task<Collection> EnsureAsync(string name, GlobalDescriptor like, CallerContext caller)
    {
        try
        {
            return await CreateAsync(new CreateCollectionRequest { Name = name, ModelId = like.ModelId, Dim = (uint)like.Values.Count }, caller);
        }
        catch (DelgException exists) when (exists.Reason == ErrorReason.CollectionExists)
        {
            return await GetAsync(name, caller);
        }
    }

    /// <summary>
    /// Drops the entries first, then the local features: what cannot be found needs no features. A call that was cut short, in between or among the
    /// features, can be repeated and goes on where it was: features go even when the collection is not there, and their going is a success.
    /// </summary>
    /// <exception cref="DelgException">COLLECTION_NOT_FOUND: neither entries nor features were there; unless that is allowed.</exception>
    public async Task DeleteAsync(string name, bool allowMissing, CallerContext caller)
    {
        DelgException? missing = null;
        try
        {
            await calls.CallAsync(
                Stage.Drop, backends.GlobalIndex, caller, o => index.DeleteCollectionAsync(new DeleteCollectionRequest { Name = name, AllowMissing = allowMissing }, o));
        }
        catch (DelgException failure) when (failure.Code == StatusCode.NotFound)
        {
            missing = failure;
        }

        var features = await calls.CallAsync(
            Stage.Drop, backends.LocalVerifier, caller, o => verifier.DeleteCollectionFeaturesAsync(new DeleteCollectionFeaturesRequest { Collection = name }, o));
        if (missing is not null && features.DeletedCount == 0)
            throw missing;
    }

    private async Task<Collection> CreateAsync(CreateCollectionRequest request, CallerContext caller)
    {
        var answer = await calls.CallAsync(Stage.Store, backends.GlobalIndex, caller, o => index.CreateCollectionAsync(request, o));
        return answer.Collection;
    }
}
