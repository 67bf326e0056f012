using System.Security.Authentication;
using Delg.Cli.CommandLine;
using Delg.Cli.Output;
using Delg.Contracts.Client;
using Delg.V1;
using Grpc.Core;

namespace Delg.Cli.Connection;

/// <summary>An image search to talk to, with whatever had to be started for it.</summary>
internal sealed class SearchConnection : IAsyncDisposable
{
    private readonly EmbeddedSystem? _embedded;

    private SearchConnection(string address, GatewayAccess access, EmbeddedSystem? embedded)
    {
        Client = new DelgClient(new DelgClientOptions
        {
            Address = address,
            Key = access.Key,
            Tls = access.Tls,
            // Whoever has waited long enough presses Ctrl+C.
            CallTimeout = Timeout.InfiniteTimeSpan,
            // The server bounds messages; a client that asks for much wants all of it.
            MaxMessageBytes = int.MaxValue,
        });
        _embedded = embedded;
    }

    public DelgClient Client { get; }

    /// <summary>A gateway that runs somewhere.</summary>
    /// <param name="address">Its gRPC address.</param>
    /// <param name="access">How it is called.</param>
    /// <param name="cancellation">Stops the attempt.</param>
    /// <exception cref="CommandFailedException">It does not answer.</exception>
    public static async Task<SearchConnection> ToServerAsync(string address, GatewayAccess access, CancellationToken cancellation)
    {
        var connection = new SearchConnection(address, access, null);
        try
        {
            // One attempt: nobody wants to wait to hear that there is no server.
            await connection.Client.Service.ListImageCollectionsAsync(new ListImageCollectionsRequest(), cancellationToken: cancellation);
            return connection;
        }
        catch (RpcException failure) when (failure.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Unimplemented)
        {
            await connection.DisposeAsync();
            throw new CommandFailedException(
                failure.Status.DebugException?.GetBaseException() is AuthenticationException refused
                    ? $"The image search at {address} and this command do not agree on certificates: {refused.Message.TrimEnd('.')}. See --authority and --certificate."
                    : $"No image search answers at {address}. Start one with 'delg serve'.");
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The server that runs on a data folder; else the whole system inside this process, until the connection is disposed.</summary>
    /// <param name="dataFolder">Folder of the embedded stores.</param>
    /// <param name="model">Weights for a system started here; null: the default ones.</param>
    /// <param name="access">How it is called.</param>
    /// <param name="terminal">Where to say which it is.</param>
    /// <param name="cancellation">Stops the start.</param>
    public static async Task<SearchConnection> ToDataFolderAsync(string dataFolder, FileInfo? model, GatewayAccess access, Terminal terminal, CancellationToken cancellation)
    {
        if (EndpointFile.Find(dataFolder) is { } running)
        {
            terminal.WriteProgressLine($"Using the server at {running.Address}, which runs on '{dataFolder}'.");
            return await ToServerAsync(running.Address, access, cancellation);
        }

        var embedded = await EmbeddedSystem.StartAsync(new EmbeddedSystemOptions(dataFolder) { Model = model }, cancellation);
        return ToSystem(embedded, access);
    }

    /// <summary>A system that runs inside this process and stops when the connection is disposed.</summary>
    public static SearchConnection ToSystem(EmbeddedSystem embedded, GatewayAccess? access = null) => new(embedded.Address, access ?? new GatewayAccess(), embedded);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_embedded is not null)
            await _embedded.DisposeAsync();
    }
}
