using Delg.GlobalIndex.Milvus.Wire;

namespace Delg.GlobalIndex.Milvus;

/// <summary>What the server is and how it fares.</summary>
internal sealed partial class ServerState(MilvusClient client, ILogger logger)
{
    private MilvusVersion? _version;

    /// <summary>Its version as it says it; null: not asked yet.</summary>
    public string? VersionText => _version?.Text;

    public async Task<MilvusVersion> VersionAsync(CancellationToken cancellation)
    {
        if (_version is { } known)
            return known;
        var answer = await client.InvokeAsync("GetVersion", (milvus, call) => milvus.GetVersionAsync(new GetVersionRequest(), call), cancellation);
        return _version = MilvusVersion.Parse(answer.Version);
    }

    /// <summary>Null: it is well; else what is wrong. Takes note of its version: it may have been replaced by another.</summary>
    public async Task<string?> CheckAsync(CancellationToken cancellation)
    {
        try
        {
            var answer = await client.AskAsync("GetVersion", (milvus, call) => milvus.GetVersionAsync(new GetVersionRequest(), call), cancellation);
            var version = MilvusVersion.Parse(answer.Version);
            if (Interlocked.Exchange(ref _version, version)?.Text != version.Text)
                LogAnswers(client.Address, version.Text);
            var health = await client.AskAsync("CheckHealth", (milvus, call) => milvus.CheckHealthAsync(new CheckHealthRequest(), call), cancellation);
            return health.IsHealthy ? null : $"Milvus at {client.Address} is not healthy: {string.Join("; ", health.Reasons)}";
        }
        catch (MilvusException failure)
        {
            return failure.Message;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Milvus {Version} answers at {Address}")]
    private partial void LogAnswers(string address, string version);
}
