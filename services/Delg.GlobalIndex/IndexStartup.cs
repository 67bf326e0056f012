using System.Diagnostics;
using Delg.GlobalIndex.Exact;
using Delg.GlobalIndex.Milvus;
using Delg.ServiceDefaults.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Delg.GlobalIndex;

/// <summary>
/// Opens the index when the service starts and closes it when it stops. A folder that cannot be used fails the start; its vectors are then loaded
/// while the service listens already: not ready, and calls wait. A Milvus that is away fails no start: the service is ready while Milvus is.
/// </summary>
internal sealed partial class IndexStartup(
    IConfiguration configuration, IOptions<GlobalIndexOptions> options, IOptions<MilvusOptions> milvus, TimeProvider clock, ILoggerFactory loggers,
    ILogger<IndexStartup> logger, IHostApplicationLifetime lifetime) : IHostedService, IHealthCheck, IDisposable
{
    /// <summary>Name of the index's folder below the data folder.</summary>
    public const string FolderName = "global-index";

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<IGlobalIndex> _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _loading = Task.CompletedTask;

    /// <summary>The index, as soon as it can be asked.</summary>
    public async Task<IGlobalIndex> IndexAsync(CancellationToken cancellation) => await _loaded.Task.WaitAsync(cancellation);

    /// <summary>Entries of each collection; none while loading.</summary>
    public IEnumerable<KeyValuePair<string, int>> EntryCounts() => _loaded.Task.IsCompletedSuccessfully ? _loaded.Task.Result.EntryCounts() : [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Backend == IndexBackend.Milvus)
        {
            _loaded.SetResult(new MilvusIndex(milvus.Value, clock, loggers));
            return Task.CompletedTask;
        }

        var folder = DataFolder.For(configuration, FolderName);
        var store = new EntryStore(folder);
        _loading = Task.Run(() => Load(store, folder), CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _loading;
        if (_loaded.Task.IsCompletedSuccessfully)
            await _loaded.Task.Result.DisposeAsync();
    }

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!_loaded.Task.IsCompletedSuccessfully)
            return HealthCheckResult.Unhealthy("The vectors are being loaded.");
        return await _loaded.Task.Result.CheckAsync(cancellationToken) is { } failure ? HealthCheckResult.Unhealthy(failure) : HealthCheckResult.Healthy();
    }

    public void Dispose() => _stopping.Dispose();

    private void Load(EntryStore store, string folder)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            var index = ExactIndex.Load(store, options.Value, clock, _stopping.Token);
            LogLoaded(folder, index.EntryCounts().Sum(pair => (long)pair.Value), Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            _loaded.SetResult(index);
        }
        catch (Exception failure)
        {
            store.Dispose();
            _loaded.SetException(failure);
            if (failure is OperationCanceledException)
                return;
            LogLoadFailed(failure, folder);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Loaded {Entries} entries from {Folder} in {Milliseconds:F0} ms")]
    private partial void LogLoaded(string folder, long entries, double milliseconds);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The index in {Folder} cannot be loaded")]
    private partial void LogLoadFailed(Exception failure, string folder);
}
