using System.Collections.Concurrent;
using System.Net;
using Delg.Contracts.Client;
using Delg.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Delg.Contracts.Tests.Client;

/// <summary>A gateway on a free loopback port that answers what the test lays out. Every call is noted.</summary>
internal sealed class ScriptedGateway : ImageSearchService.ImageSearchServiceBase, IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedGateway(int maxMessageBytes)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = maxMessageBytes);
        builder.Services.AddSingleton(this);
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        _app = builder.Build();
        _app.MapGrpcService<ScriptedGateway>();
    }

    public ConcurrentQueue<(string Method, string? Authorization)> Calls { get; } = new();

    /// <summary>Answers call number n (from 1) of a unary method.</summary>
    public Func<int, ServerCallContext, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Plays stream number n (from 1).</summary>
    public Func<int, IAsyncStreamReader<IndexImagesRequest>, IServerStreamWriter<IndexImagesResponse>, ServerCallContext, Task> Stream { get; set; } =
        (_, requests, responses, context) => AnswerAllAsync(requests, responses, context);

    public ConcurrentQueue<SearchImagesRequest> Searches { get; } = new();

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public static async Task<ScriptedGateway> StartAsync(int maxMessageBytes = 4 * 1024 * 1024)
    {
        var gateway = new ScriptedGateway(maxMessageBytes);
        await gateway._app.StartAsync();
        return gateway;
    }

    /// <summary>A client that waits for next to nothing between attempts.</summary>
    public DelgClient NewClient(Func<DelgClientOptions, DelgClientOptions>? change = null)
    {
        var options = new DelgClientOptions { Address = Address, FirstRetryDelay = TimeSpan.FromMilliseconds(1), MaxRetryDelay = TimeSpan.FromMilliseconds(2) };
        return new DelgClient(change?.Invoke(options) ?? options);
    }

    /// <summary>One result for each image, at once.</summary>
    public static async Task AnswerAllAsync(IAsyncStreamReader<IndexImagesRequest> requests, IServerStreamWriter<IndexImagesResponse> responses, ServerCallContext context)
    {
        await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
            await responses.WriteAsync(Added(request));
    }

    public static IndexImagesResponse Added(IndexImagesRequest request) => new() { ImageId = request.Image.ImageId, Outcome = IndexOutcome.Added };

    public override async Task<CreateImageCollectionResponse> CreateImageCollection(CreateImageCollectionRequest request, ServerCallContext context)
    {
        await NoteAsync(context);
        return new CreateImageCollectionResponse { Collection = new Collection { Name = request.Name } };
    }

    public override async Task<IndexImageResponse> IndexImage(IndexImageRequest request, ServerCallContext context)
    {
        await NoteAsync(context);
        return new IndexImageResponse { Outcome = IndexOutcome.Added };
    }

    public override async Task<SearchImagesResponse> SearchImages(SearchImagesRequest request, ServerCallContext context)
    {
        Searches.Enqueue(request);
        await NoteAsync(context);
        return new SearchImagesResponse { CandidateCount = 7 };
    }

    /// <summary>Five images, as many a page as asked for; a token is the number of the first.</summary>
    public override async Task<ListImagesResponse> ListImages(ListImagesRequest request, ServerCallContext context)
    {
        await NoteAsync(context);
        var first = request.PageToken.Length == 0 ? 0 : int.Parse(request.PageToken, System.Globalization.CultureInfo.InvariantCulture);
        var page = Enumerable.Range(first, 5 - first).Take(request.PageSize).Select(i => new ImageRecord { ImageId = $"i{i}" }).ToList();
        var next = first + page.Count;
        return new ListImagesResponse { Images = { page }, NextPageToken = next < 5 ? $"{next}" : "" };
    }

    public override Task IndexImages(IAsyncStreamReader<IndexImagesRequest> requestStream, IServerStreamWriter<IndexImagesResponse> responseStream, ServerCallContext context) =>
        Stream(Note(context), requestStream, responseStream, context);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private Task NoteAsync(ServerCallContext context) => Before(Note(context), context);

    private int Note(ServerCallContext context)
    {
        Calls.Enqueue((context.Method[(context.Method.LastIndexOf('/') + 1)..], context.RequestHeaders.GetValue("authorization")));
        return Calls.Count;
    }
}
