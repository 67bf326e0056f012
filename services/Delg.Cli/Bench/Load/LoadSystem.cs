using Delg.Cli.CommandLine;
using Delg.Cli.Connection;
using Delg.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace Delg.Cli.Bench.Load;

/// <summary>A whole image search to put load on: its gateway, and the services behind it for filling the stores.</summary>
internal sealed class LoadSystem : IAsyncDisposable
{
    private readonly EmbeddedSystem? _embedded;
    private readonly List<GrpcChannel> _channels = [];

    private LoadSystem(string gateway, string extractor, string globalIndex, string localVerifier, EmbeddedSystem? embedded)
    {
        _embedded = embedded;
        Gateway = new ImageSearchService.ImageSearchServiceClient(Open(gateway));
        Extractor = new ExtractorService.ExtractorServiceClient(Open(extractor));
        GlobalIndex = new GlobalIndexService.GlobalIndexServiceClient(Open(globalIndex));
        LocalVerifier = new LocalVerifierService.LocalVerifierServiceClient(Open(localVerifier));
    }

    public ImageSearchService.ImageSearchServiceClient Gateway { get; }

    public ExtractorService.ExtractorServiceClient Extractor { get; }

    public GlobalIndexService.GlobalIndexServiceClient GlobalIndex { get; }

    public LocalVerifierService.LocalVerifierServiceClient LocalVerifier { get; }

    /// <summary>True: somebody else's, to be left as it was.</summary>
    public bool IsShared => _embedded is null;

    /// <summary>All four services inside this process, on loopback, with their own defaults.</summary>
    public static async Task<LoadSystem> StartAsync(string dataFolder, FileInfo? model, CancellationToken cancellation)
    {
        var embedded = await EmbeddedSystem.StartAsync(new EmbeddedSystemOptions(dataFolder) { Model = model, ExtractTimeoutSeconds = null }, cancellation);
        var addresses = embedded.Addresses;
        return new LoadSystem(addresses["gateway"], addresses["extractor"], addresses["global_index"], addresses["local_verifier"], embedded);
    }

    /// <summary>One that runs, and whose gateway passes calls to the other services through.</summary>
    /// <exception cref="CommandFailedException">It does not answer, or does not pass calls through.</exception>
    public static async Task<LoadSystem> ConnectAsync(string server, CancellationToken cancellation)
    {
        var system = new LoadSystem(server, server, server, server, null);
        try
        {
            await system.Extractor.GetModelAsync(new GetModelRequest(), cancellationToken: cancellation);
            return system;
        }
        catch (RpcException failure)
        {
            await system.DisposeAsync();
            throw new CommandFailedException(failure.StatusCode == StatusCode.Unimplemented
                ? $"The gateway at {server} passes no calls to its services through: start it with DELG_Gateway__PassThrough=true, so that its stores can be filled."
                : $"No image search answers at {server}: {failure.Status.Detail}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels)
            channel.Dispose();
        if (_embedded is not null)
            await _embedded.DisposeAsync();
    }

    private GrpcChannel Open(string address)
    {
        var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = null,
            MaxSendMessageSize = null,
        });
        _channels.Add(channel);
        return channel;
    }
}
