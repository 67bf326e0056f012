using System.Diagnostics;
using Delg.LocalVerifier;
using Delg.ServiceDefaults.Hosting;
using Delg.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Delg.Cli.Bench.Verify;

/// <summary>The local verifier behind gRPC on a free loopback port, one call at a time; knows when the work of a call begins and ends on the server.</summary>
internal sealed class ServedVerifier : IAsyncDisposable
{
    private const string Collection = "bench";

    // Candidates of a cancelled call: the service's most, so that there is enough to break off.
    private const int Candidates = 1000;

    // Calls are cancelled ever later after their start, so that each catches the work somewhere else.
    private const int Calls = 16;

    private static readonly TimeSpan _step = TimeSpan.FromMilliseconds(3);

    private readonly WebApplication _app;
    private GrpcChannel? _channel;
    private TaskCompletionSource _began = new();
    private TaskCompletionSource<long> _ended = new();

    private ServedVerifier(WebApplication app)
    {
        _app = app;
        app.Use(async (context, next) =>
        {
            _began.TrySetResult();
            try
            {
                await next(context);
            }
            finally
            {
                _ended.TrySetResult(Stopwatch.GetTimestamp());
            }
        });
        app.MapLocalVerifier();
    }

    /// <param name="dataFolder">Where the store keeps its files.</param>
    /// <param name="cancellation">Breaks the start off.</param>
    public static async Task<ServedVerifier> StartAsync(string dataFolder, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateBuilder();
        builder.AddServiceDefaults(LocalVerifierHosting.Section, LocalVerifierHosting.DefaultPort);
        builder.AddLocalVerifier();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            [DataFolder.Key] = dataFolder,
            [$"{LocalVerifierHosting.Section}:{nameof(ServiceListenOptions.Listen)}"] = "http://127.0.0.1:0",
        });
        var served = new ServedVerifier(builder.Build());
        await served._app.StartAsync(cancellation);
        served._channel = GrpcChannel.ForAddress(served._app.Urls.First());
        return served;
    }

    /// <summary>Cancels calls in the middle of their work; null where every call had ended before.</summary>
    /// <param name="query">The query.</param>
    /// <param name="images">What it is compared with, over and over.</param>
    /// <param name="cancellation">Breaks the measurement off.</param>
    public async Task<CancelTimes?> CancelAsync(LocalFeatures query, IReadOnlyList<LocalFeatures> images, CancellationToken cancellation)
    {
        var client = new LocalVerifierService.LocalVerifierServiceClient(_channel);
        for (var i = 0; i < images.Count; i++)
            await client.PutFeaturesAsync(new PutFeaturesRequest { Collection = Collection, ImageId = $"{i}", Features = images[i] }, cancellationToken: cancellation);
        var request = new VerifyCandidatesRequest { Collection = Collection, Query = query };
        request.Candidates.Add(Enumerable.Range(0, Candidates).Select(i => new VerificationCandidate { ImageId = $"{i % images.Count}" }));
        // Once for the compiler.
        await CancelAsync(client, request, _step, cancellation);
        var times = new List<double>();
        for (var call = 1; call <= Calls; call++)
        {
            if (await CancelAsync(client, request, call * _step, cancellation) is { } time)
                times.Add(time);
        }

        times.Sort();
        return times.Count > 0 ? new CancelTimes(times.Count, times[times.Count / 2], times[^1]) : null;
    }

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        await _app.DisposeAsync();
    }

    // Milliseconds; null where the call had ended.
    private async Task<double?> CancelAsync(
        LocalVerifierService.LocalVerifierServiceClient client, VerifyCandidatesRequest request, TimeSpan after, CancellationToken cancellation)
    {
        _began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ended = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var call = client.VerifyCandidatesAsync(request, cancellationToken: stop.Token);
        await _began.Task.WaitAsync(cancellation);
        await Task.Delay(after, cancellation);
        var cancelled = Stopwatch.GetTimestamp();
        await stop.CancelAsync();
        var ended = await _ended.Task.WaitAsync(cancellation);
        try
        {
            await call;
            return null;
        }
        catch (RpcException failure) when (failure.StatusCode == StatusCode.Cancelled)
        {
            return ended > cancelled ? Stopwatch.GetElapsedTime(cancelled, ended).TotalMilliseconds : null;
        }
    }
}
