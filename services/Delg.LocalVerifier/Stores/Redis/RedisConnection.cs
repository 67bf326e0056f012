using StackExchange.Redis;

namespace Delg.LocalVerifier.Stores.Redis;

/// <summary>
/// One connection (to each server of a cluster), which connects again by itself. A command given while it is down fails at once: whoever asks decides
/// whether to wait, and nothing piles up here.
/// </summary>
internal sealed partial class RedisConnection : IAsyncDisposable
{
    private const int SlowestRetryFactor = 10;

    private readonly Task<ConnectionMultiplexer> _connecting;
    private readonly int _database;
    private readonly ILogger _logger;
    private readonly string _purpose;
    private volatile bool _isRefused;

    /// <summary>Begins to connect.</summary>
    /// <param name="options">Checked options.</param>
    /// <param name="purpose">What logs and the server's list of clients call it.</param>
    /// <param name="buffers">What replies are read to; null: the runtime's shared pool.</param>
    /// <param name="logger">Told when it is lost and restored.</param>
    public RedisConnection(RedisStoreOptions options, string purpose, RedisBuffers? buffers, ILogger logger)
    {
        _database = options.Database;
        _logger = logger;
        _purpose = purpose;
        var configuration = ConfigurationOf(options, purpose);
        configuration.ResponseBufferPool = buffers;
        if (buffers is not null)
            configuration.Tunnel ??= new SocketReceiveBuffer(options.ReceiveBufferBytes);
        configuration.ConnectionAttemptCompleted += (_, attempt) => _isRefused = MeansRefused(attempt.FailureType, attempt.Exception) ?? _isRefused;
        _connecting = ConnectAsync(configuration);
    }

    /// <summary>Whether the last attempt to connect failed because the server refuses the user, the password or its rights, or because of its certificate.</summary>
    public bool IsRefused => _isRefused;

    /// <summary>The database, as soon as the first attempt to connect has ended, well or not.</summary>
    public async ValueTask<IDatabase> DatabaseAsync(CancellationToken cancellation) =>
        (await _connecting.WaitAsync(cancellation)).GetDatabase(_database);

    /// <summary>The servers that hold keys: all primaries of a cluster, or the one.</summary>
    public async ValueTask<IReadOnlyList<IServer>> PrimariesAsync(CancellationToken cancellation) =>
        [.. (await _connecting.WaitAsync(cancellation)).GetServers().Where(server => !server.IsReplica)];

    public async ValueTask DisposeAsync() => await (await _connecting).DisposeAsync();

    private static ConfigurationOptions ConfigurationOf(RedisStoreOptions options, string purpose)
    {
        var configuration = ConfigurationOptions.Parse(options.Connection);
        configuration.ClientName = $"delg-local-verifier-{purpose}";
        configuration.AbortOnConnectFail = false;
        // INFO, which says how the server is set up, counts as such.
        configuration.AllowAdmin = true;
        configuration.BacklogPolicy = BacklogPolicy.FailFast;
        configuration.ConnectTimeout = Milliseconds(options.ConnectTimeoutSeconds);
        configuration.AsyncTimeout = configuration.SyncTimeout = Milliseconds(options.CommandTimeoutSeconds);
        configuration.ReconnectRetryPolicy = new ExponentialRetry(Milliseconds(options.RetrySeconds), Milliseconds(SlowestRetryFactor * options.RetrySeconds));
        if (options.User.Length > 0)
            configuration.User = options.User;
        if (options.Password.Length > 0)
            configuration.Password = options.Password;
        if (options.Tls)
            configuration.Ssl = true;
        if (options.TlsAuthorityFile.Length > 0)
            configuration.TrustIssuer(options.TlsAuthorityFile);
        // Scans go step by step; KEYS would hold the server up for all.
        configuration.CommandMap = CommandMap.Create(new HashSet<string> { "KEYS" }, available: false);
        // No keys and channels besides our own: a user may be confined to them.
        configuration.TieBreaker = configuration.ConfigurationChannel = "";
        return configuration;
    }

    // Null: the attempt was given up for another one and says nothing.
    private static bool? MeansRefused(ConnectionFailureType failure, Exception? exception) => failure switch
    {
        ConnectionFailureType.ConnectionDisposed => null,
        ConnectionFailureType.AuthenticationFailure => true,
        _ => exception?.Message.Contains("NOPERM", StringComparison.Ordinal) == true,
    };

    private static int Milliseconds(double seconds) => (int)Math.Ceiling(seconds * 1000);

    private async Task<ConnectionMultiplexer> ConnectAsync(ConfigurationOptions configuration)
    {
        var multiplexer = await ConnectionMultiplexer.ConnectAsync(configuration);
        multiplexer.ConnectionFailed += (_, lost) => LogLost(_purpose, $"{lost.EndPoint}", lost.FailureType);
        multiplexer.ConnectionRestored += (_, restored) => LogRestored(_purpose, $"{restored.EndPoint}");
        return multiplexer;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection for {Purpose} to Redis at {Server} is lost: {Failure}")]
    private partial void LogLost(string purpose, string server, ConnectionFailureType failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "The connection for {Purpose} to Redis at {Server} is there again")]
    private partial void LogRestored(string purpose, string server);
}
