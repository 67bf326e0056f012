using System.Runtime.CompilerServices;
using Delg.Contracts.Errors;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Headers = Grpc.Core.Metadata;

namespace Delg.Contracts.Client;

/// <summary>
/// An image search, reached over its gateway. One client serves a whole program: it may be used from many threads, and its connections are kept.
/// Requests that name no collection, and methods that are given none, mean the gateway's default one. Limits and defaults of the requests' fields
/// are written at the messages.
/// </summary>
/// <remarks>
/// A call that its caller cancels ends with <see cref="OperationCanceledException"/>. Failures are <see cref="RpcException"/>; <see cref="RpcErrors.ToDelgException"/> gives the stable reason of each (<see cref="ErrorReason"/>). Calls
/// that may be repeated are, as <see cref="DelgClientOptions.MaxAttempts"/> says: all but those that make or drop a collection or count what they delete.
/// </remarks>
/// <example>
/// <code>
/// await using var delg = new DelgClient(new DelgClientOptions { Address = "http://127.0.0.1:5100" });
/// await foreach (var result in delg.IndexAsync(Photos()))
///     Console.WriteLine($"{result.ImageId}: {(result.Code == 0 ? result.Outcome : result.Reason)}");
/// var answer = await delg.SearchFileAsync("photo.jpg", new SearchImagesRequest { TopK = 5 });
/// foreach (var hit in answer.Hits)
///     Console.WriteLine($"{hit.ImageId}: {hit.Similarity:0.00}, {hit.Verification?.Inliers} inliers");
///
/// // Read one by one, as there is room.
/// static async IAsyncEnumerable&lt;IndexImageRequest&gt; Photos()
/// {
///     foreach (var file in Directory.EnumerateFiles("photos"))
///         yield return new IndexImageRequest { ImageId = Path.GetFileName(file), Image = ByteString.CopyFrom(await File.ReadAllBytesAsync(file)) };
/// }
/// </code>
/// </example>
public sealed class DelgClient : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan _pingAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _pingTimeout = TimeSpan.FromSeconds(20);

    private readonly GrpcChannel _channel;
    private readonly RetryPolicy _retry;
    private readonly ImageIngest _ingest;

    /// <summary>A client of one gateway; it connects with the first call.</summary>
    /// <exception cref="ArgumentException">Options make no sense; every mistake is named.</exception>
    public DelgClient(DelgClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        _channel = GrpcChannel.ForAddress(options.Address, new GrpcChannelOptions
        {
            HttpHandler = options.Handler ?? NewHandler(options),
            DisposeHttpClient = options.Handler is null,
            MaxReceiveMessageSize = options.MaxMessageBytes,
            MaxSendMessageSize = options.MaxMessageBytes,
        });
        var calls = options.Key is { } key ? _channel.Intercept(headers => WithKey(headers, key)) : _channel.CreateCallInvoker();
        Service = new ImageSearchService.ImageSearchServiceClient(calls);
        _retry = new RetryPolicy(options);
        _ingest = new ImageIngest(Service, _retry, options);
    }

    /// <summary>The generated client, with the same connection and key, for whatever has no method here. It tries nothing again and has no time-out.</summary>
    public ImageSearchService.ImageSearchServiceClient Service { get; }

    /// <summary>Makes an empty collection for the model that the gateway has loaded.</summary>
    public async Task<Collection> CreateCollectionAsync(string name, VectorStorage storage = VectorStorage.Unspecified, CancellationToken cancellation = default)
    {
        var request = new CreateImageCollectionRequest { Name = name, Storage = storage };
        return (await _retry.CallAsync(o => Service.CreateImageCollectionAsync(request, o), isRepeatable: false, cancellation).ConfigureAwait(false)).Collection;
    }

    /// <summary>All collections by name.</summary>
    public async Task<IReadOnlyList<Collection>> ListCollectionsAsync(CancellationToken cancellation = default) =>
        (await _retry.CallAsync(o => Service.ListImageCollectionsAsync(new ListImageCollectionsRequest(), o), isRepeatable: true, cancellation).ConfigureAwait(false)).Collections;

    /// <summary>Drops a collection with all its images.</summary>
    public Task DeleteCollectionAsync(string name, bool allowMissing = false, CancellationToken cancellation = default)
    {
        var request = new DeleteImageCollectionRequest { Name = name, AllowMissing = allowMissing };
        return _retry.CallAsync(o => Service.DeleteImageCollectionAsync(request, o), isRepeatable: allowMissing, cancellation);
    }

    /// <summary>Indexes one image, unless it is there unchanged. When this returns, the image is on disk and the next search finds it.</summary>
    public Task<IndexImageResponse> IndexAsync(IndexImageRequest image, CancellationToken cancellation = default) =>
        _retry.CallAsync(o => Service.IndexImageAsync(image, o), isRepeatable: true, cancellation);

    /// <summary>
    /// Indexes many images over one stream. They are read as there is room (<see cref="DelgClientOptions.ImagesInFlight"/>), and each gets one result,
    /// as it is done: one whose <see cref="IndexImagesResponse.Code"/> is not 0 failed, and the others go on. A broken stream is opened again, and what
    /// had no result is sent again. Results must be read for images to be sent.
    /// </summary>
    /// <exception cref="RpcException">The gateway stays away, or refuses the stream as a whole. Results given before hold.</exception>
    public IAsyncEnumerable<IndexImagesResponse> IndexAsync(IAsyncEnumerable<IndexImageRequest> images, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return _ingest.RunAsync(images, cancellation);
    }

    /// <summary>Finds images that show what the request's query shows.</summary>
    public Task<SearchImagesResponse> SearchAsync(SearchImagesRequest request, CancellationToken cancellation = default) =>
        _retry.CallAsync(o => Service.SearchImagesAsync(request, o), isRepeatable: true, cancellation);

    /// <summary>The same for an encoded image.</summary>
    /// <param name="image">JPEG, PNG, WebP, GIF, TIFF or AVIF; at most 20 MiB unless the gateway is set otherwise. Not copied: leave it as it is until this returns.</param>
    /// <param name="settings">Everything but the query; null: the defaults.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<SearchImagesResponse> SearchBytesAsync(ReadOnlyMemory<byte> image, SearchImagesRequest? settings = null, CancellationToken cancellation = default)
    {
        var request = settings?.Clone() ?? new SearchImagesRequest();
        request.Image = UnsafeByteOperations.UnsafeWrap(image);
        return SearchAsync(request, cancellation);
    }

    /// <summary>The same for an image file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async Task<SearchImagesResponse> SearchFileAsync(string path, SearchImagesRequest? settings = null, CancellationToken cancellation = default) =>
        await SearchBytesAsync(await File.ReadAllBytesAsync(path, cancellation).ConfigureAwait(false), settings, cancellation).ConfigureAwait(false);

    /// <summary>The same for an indexed image, which is left out of its own answer.</summary>
    public Task<SearchImagesResponse> SearchByIdAsync(string imageId, SearchImagesRequest? settings = null, CancellationToken cancellation = default)
    {
        var request = settings?.Clone() ?? new SearchImagesRequest();
        request.ImageId = imageId;
        return SearchAsync(request, cancellation);
    }

    /// <summary>One image's record.</summary>
    public async Task<ImageRecord> GetImageAsync(string imageId, string collection = "", CancellationToken cancellation = default)
    {
        var request = new GetImageRequest { ImageId = imageId, Collection = collection };
        return (await _retry.CallAsync(o => Service.GetImageAsync(request, o), isRepeatable: true, cancellation).ConfigureAwait(false)).Image;
    }

    /// <summary>One image's small copy, a JPEG.</summary>
    public async Task<ReadOnlyMemory<byte>> GetThumbnailAsync(string imageId, string collection = "", CancellationToken cancellation = default)
    {
        var request = new GetImageThumbnailRequest { ImageId = imageId, Collection = collection };
        return (await _retry.CallAsync(o => Service.GetImageThumbnailAsync(request, o), isRepeatable: true, cancellation).ConfigureAwait(false)).Thumbnail.Memory;
    }

    /// <summary>All images of a collection in ascending order of id, page by page from <see cref="ListImagesRequest.PageToken"/> on.</summary>
    public async IAsyncEnumerable<ImageRecord> ListImagesAsync(ListImagesRequest? request = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var page = request?.Clone() ?? new ListImagesRequest();
        do
        {
            var answer = await _retry.CallAsync(o => Service.ListImagesAsync(page, o), isRepeatable: true, cancellation).ConfigureAwait(false);
            foreach (var image in answer.Images)
                yield return image;
            page.PageToken = answer.NextPageToken;
        }
        while (page.PageToken.Length > 0);
    }

    /// <summary>Replaces or merges one image's metadata.</summary>
    /// <returns>Its record as it is now.</returns>
    public async Task<ImageRecord> UpdateMetadataAsync(UpdateImageMetadataRequest request, CancellationToken cancellation = default) =>
        (await _retry.CallAsync(o => Service.UpdateImageMetadataAsync(request, o), isRepeatable: true, cancellation).ConfigureAwait(false)).Image;

    /// <summary>Removes one image.</summary>
    /// <returns>Whether it was there; where the gateway did not answer the first attempt, it may have been even so.</returns>
    public async Task<bool> DeleteImageAsync(string imageId, string collection = "", CancellationToken cancellation = default)
    {
        var request = new DeleteImagesRequest { Collection = collection, ImageIds = { imageId } };
        return (await _retry.CallAsync(o => Service.DeleteImagesAsync(request, o), isRepeatable: true, cancellation).ConfigureAwait(false)).DeletedCount > 0;
    }

    /// <summary>Removes images, by id or all that a filter keeps.</summary>
    public Task<DeleteImagesResponse> DeleteImagesAsync(DeleteImagesRequest request, CancellationToken cancellation = default) =>
        _retry.CallAsync(o => Service.DeleteImagesAsync(request, o), isRepeatable: false, cancellation);

    /// <summary>The pairs of a collection that show the same, as they are found; the summary comes last.</summary>
    public IAsyncEnumerable<FindDuplicatesResponse> FindDuplicatesAsync(FindDuplicatesRequest? request = null, CancellationToken cancellation = default) =>
        ReadAsync(() => Service.FindDuplicates(request ?? new FindDuplicatesRequest(), cancellationToken: cancellation), cancellation);

    /// <summary>Compares two images, new or indexed; nothing is indexed.</summary>
    public Task<MatchImagesResponse> MatchAsync(MatchImagesRequest request, CancellationToken cancellation = default) =>
        _retry.CallAsync(o => Service.MatchImagesAsync(request, o), isRepeatable: true, cancellation);

    /// <summary>All that is kept of a collection's images, the collection first: what <see cref="ImportAsync"/> takes.</summary>
    public IAsyncEnumerable<ExportImagesResponse> ExportAsync(ExportImagesRequest request, CancellationToken cancellation = default) =>
        ReadAsync(() => Service.ExportImages(request, cancellationToken: cancellation), cancellation);

    /// <summary>Adds or replaces images that were exported, in a collection that is there. Each has its own result.</summary>
    public Task<ImportImagesResponse> ImportAsync(ImportImagesRequest request, CancellationToken cancellation = default) =>
        _retry.CallAsync(o => Service.ImportImagesAsync(request, o), isRepeatable: true, cancellation);

    /// <summary>The images of which only one half is kept, as they are found; the summary comes last.</summary>
    public IAsyncEnumerable<CheckImagesResponse> CheckAsync(CheckImagesRequest request, CancellationToken cancellation = default) =>
        ReadAsync(() => Service.CheckImages(request, cancellationToken: cancellation), cancellation);

    /// <summary>Closes the connections; calls that are under way are cancelled.</summary>
    public void Dispose() => _channel.Dispose();

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static async IAsyncEnumerable<T> ReadAsync<T>(Func<AsyncServerStreamingCall<T>> start, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var call = start();
        while (await NextAsync(call.ResponseStream, cancellation).ConfigureAwait(false))
            yield return call.ResponseStream.Current;
    }

    private static async Task<bool> NextAsync<T>(IAsyncStreamReader<T> responses, CancellationToken cancellation)
    {
        try
        {
            return await responses.MoveNext(cancellation).ConfigureAwait(false);
        }
        catch (RpcException failure) when (RetryPolicy.IsCallersWish(failure, cancellation))
        {
            throw new OperationCanceledException(failure.Message, failure, cancellation);
        }
    }

    private static SocketsHttpHandler NewHandler(DelgClientOptions options)
    {
        var handler = new SocketsHttpHandler { KeepAlivePingDelay = _pingAfter, KeepAlivePingTimeout = _pingTimeout, EnableMultipleHttp2Connections = true };
        if (options.Tls is { } tls)
            handler.SslOptions = tls;
        return handler;
    }

    private static Headers WithKey(Headers headers, string key)
    {
        headers.Add("authorization", $"Bearer {key}");
        return headers;
    }
}
