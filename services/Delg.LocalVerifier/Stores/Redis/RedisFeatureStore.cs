using System.Buffers;
using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace Delg.LocalVerifier.Stores.Redis;

/// <summary>
/// Values in Redis, one key each (<see cref="RedisKeys"/>), on one server or a cluster: no command names two keys. What an acknowledged write survives
/// is Redis's own setting (appendonly, appendfsync); no value may be evicted (maxmemory-policy noeviction). Values have connections of their own, so
/// that a probe does not stand in line behind megabytes.
/// </summary>
internal sealed partial class RedisFeatureStore : IFeatureStore, IAsyncDisposable
{
    // A replica may lag behind what was acknowledged.
    private const CommandFlags Primary = CommandFlags.DemandMaster;

    private readonly RedisStoreOptions _options;
    private readonly ILogger _logger;
    private readonly RedisKeys _keys;
    private readonly RedisConnection[] _values;
    private readonly RedisConnection _commands;
    private readonly ValueWindow _window;
    private readonly TimeSpan _retryDelay;
    private readonly int[] _onTheirWay;
    private int _settingsSeen;

    /// <summary>Begins to connect. A server that is not there is looked for until it is.</summary>
    public RedisFeatureStore(RedisStoreOptions options, ILogger<RedisFeatureStore> logger)
    {
        _options = options;
        _logger = logger;
        _keys = new RedisKeys(options.KeyPrefix);
        var buffers = new RedisBuffers(new ValueBuffers(options.MaxBufferBytes), options.ReceiveBufferBytes);
        _values = [.. Enumerable.Range(0, options.ValueConnections).Select(_ => new RedisConnection(options, "values", buffers, logger))];
        _onTheirWay = new int[_values.Length];
        _commands = new RedisConnection(options, "commands", buffers: null, logger);
        _window = new ValueWindow(options.ValuesInFlight, options.ReadBytesInFlight);
        _retryDelay = TimeSpan.FromSeconds(options.RetrySeconds);
    }

    public async Task PutAsync(string collection, string imageId, ReadOnlyMemory<byte> value, CancellationToken cancellation)
    {
        var place = await _window.EnterWriteAsync(cancellation);
        // Once given to the connection it is written whether or not the caller still waits.
        await WriteAsync().WaitAsync(cancellation);

        async Task WriteAsync()
        {
            try
            {
                await WithValuesAsync(database => database.StringSetAsync(_keys.Of(collection, imageId), value, flags: Primary), cancellation);
            }
            catch (Exception failure) when (failure is RedisException or RedisTimeoutException)
            {
                throw Translated(failure);
            }
            finally
            {
                _window.Leave(place);
            }
        }
    }

    public async Task<StoredValues> GetAsync(string collection, IReadOnlyList<string> imageIds, CancellationToken cancellation)
    {
        var reading = ReadAllAsync(collection, imageIds, cancellation);
        try
        {
            return await reading.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            // What is on its way cannot be called back; its buffers go back to the pool when it is here.
            _ = DisposeLaterAsync(reading);
            throw;
        }
    }

    public async IAsyncEnumerable<string> ListAsync(string collection, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var server in await TranslatedAsync(() => ConnectedPrimariesAsync(cancellation)))
        {
            await using var keys = server.KeysAsync(_options.Database, _keys.PatternOf(collection), _options.ScanKeys).GetAsyncEnumerator(cancellation);
            while (await TranslatedAsync(async () => await keys.MoveNextAsync()))
                yield return _keys.ImageIdOf(collection, keys.Current);
        }
    }

    public Task<int> DeleteAsync(string collection, IReadOnlyList<string> imageIds, CancellationToken cancellation) =>
        TranslatedAsync(async () =>
        {
            var database = await _commands.DatabaseAsync(cancellation);
            var deleted = 0;
            foreach (var batch in imageIds.Chunk(_options.DeleteBatchImages))
                deleted += await DeleteAsync(database, Array.ConvertAll(batch, imageId => _keys.Of(collection, imageId)), cancellation);
            return deleted;
        });

    public Task<long> DeleteCollectionAsync(string collection, CancellationToken cancellation) =>
        TranslatedAsync(async () =>
        {
            var deleted = 0L;
            var database = await _commands.DatabaseAsync(cancellation);
            foreach (var server in await ConnectedPrimariesAsync(cancellation))
                deleted += await DeleteAsync(server, database, collection, cancellation);
            return deleted;
        });

    public Task ProbeAsync(CancellationToken cancellation) =>
        TranslatedAsync(async () =>
        {
            var database = await _commands.DatabaseAsync(cancellation);
            await database.PingAsync(Primary).WaitAsync(cancellation);
            if (Interlocked.Exchange(ref _settingsSeen, 1) == 0)
                await LogSettingsAsync(cancellation);
            return true;
        });

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _values.Append(_commands))
            await connection.DisposeAsync();
    }

    private async Task<StoredValues> ReadAllAsync(string collection, IReadOnlyList<string> imageIds, CancellationToken cancellation)
    {
        var owners = new IMemoryOwner<byte>?[imageIds.Count];
        var reads = new List<Task>(imageIds.Count);
        try
        {
            for (var i = 0; i < owners.Length; i++)
            {
                var place = await _window.EnterReadAsync(cancellation);
                reads.Add(ReadAsync(i, place));
            }

            await Task.WhenAll(reads);
            return new StoredValues(owners);
        }
        catch (Exception failure)
        {
            await Task.WhenAll(reads).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            new StoredValues(owners).Dispose();
            if (failure is RedisException or RedisTimeoutException)
                throw Translated(failure);
            throw;
        }

        async Task ReadAsync(int i, long place)
        {
            try
            {
                if (await WithValuesAsync(database => database.StringGetLeaseAsync(_keys.Of(collection, imageIds[i]), Primary), cancellation) is not { } value)
                    return;
                owners[i] = value;
                _window.Read(value.Length);
            }
            catch (RedisServerException failure) when (failure.Kind == RedisErrorKind.WrongType)
            {
                owners[i] = new UnreadableValue(collection, imageIds[i], Translated(failure));
            }
            finally
            {
                _window.Leave(place);
            }
        }
    }

    private static async Task DisposeLaterAsync(Task<StoredValues> reading)
    {
        await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (reading.IsCompletedSuccessfully)
            reading.Result.Dispose();
    }

    /// <summary>All of them, or a failure: to pass over one would be to pass over its part of the collection and say nothing.</summary>
    private async Task<IReadOnlyList<IServer>> ConnectedPrimariesAsync(CancellationToken cancellation)
    {
        var servers = await _commands.PrimariesAsync(cancellation);
        return servers.FirstOrDefault(server => !server.IsConnected) is { } missing
            ? throw new RedisConnectionException(ConnectionFailureType.UnableToConnect, Primary, $"{missing.EndPoint} is not connected.", null, CommandStatus.Unknown)
            : servers;
    }

    private async Task<long> DeleteAsync(IServer server, IDatabase database, string collection, CancellationToken cancellation)
    {
        var deleted = 0L;
        var batch = new List<RedisKey>(_options.DeleteBatchImages);
        await foreach (var key in server.KeysAsync(_options.Database, _keys.PatternOf(collection), _options.ScanKeys).WithCancellation(cancellation))
        {
            batch.Add(key);
            if (batch.Count < _options.DeleteBatchImages)
                continue;
            deleted += await DeleteAsync(database, batch, cancellation);
            batch.Clear();
        }

        return deleted + await DeleteAsync(database, batch, cancellation);
    }

    // A command a key: one that names several fails where they lie in different slots.
    private static async Task<int> DeleteAsync(IDatabase database, IReadOnlyCollection<RedisKey> keys, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var deletes = keys.Select(key => database.KeyDeleteAsync(key, Primary)).ToList();
        return (await Task.WhenAll(deletes).WaitAsync(cancellation)).Count(wasThere => wasThere);
    }

    private async Task<T> TranslatedAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception failure) when (failure is RedisException or RedisTimeoutException)
        {
            throw Translated(failure);
        }
    }

    private Exception Translated(Exception failure) =>
        RedisFailures.Translate(failure, _values.Append(_commands).Any(connection => connection.IsRefused), _retryDelay);

    // On the connection with the fewest values: one that travels alone is not begun in the receive buffer of another.
    private async Task<T> WithValuesAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellation)
    {
        var connection = 0;
        for (var other = 1; other < _values.Length; other++)
        {
            if (Volatile.Read(ref _onTheirWay[other]) < Volatile.Read(ref _onTheirWay[connection]))
                connection = other;
        }

        Interlocked.Increment(ref _onTheirWay[connection]);
        try
        {
            return await command(await _values[connection].DatabaseAsync(cancellation));
        }
        finally
        {
            Interlocked.Decrement(ref _onTheirWay[connection]);
        }
    }

    // Both make Redis a cache: what was acknowledged may be gone. Said once; Redis's operator may have meant it.
    private async Task LogSettingsAsync(CancellationToken cancellation)
    {
        foreach (var server in await _commands.PrimariesAsync(cancellation))
        {
            try
            {
                var info = (await server.InfoAsync().WaitAsync(cancellation)).SelectMany(section => section).ToLookup(pair => pair.Key, pair => pair.Value);
                if (info["maxmemory_policy"].FirstOrDefault("noeviction") is not "noeviction" and var policy)
                    LogEvicts($"{server.EndPoint}", policy);
                if (info["aof_enabled"].FirstOrDefault() == "0")
                    LogDoesNotAppend($"{server.EndPoint}");
            }
            catch (Exception failure) when (failure is RedisException or RedisTimeoutException)
            {
                // Without the right to ask, or the server went away meanwhile: no reason to call the store unusable.
                LogSettingsUnseen($"{server.EndPoint}");
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis at {Server} has maxmemory-policy {Policy}: it drops local features when its memory is full. Set noeviction.")]
    private partial void LogEvicts(string server, string policy);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis at {Server} has appendonly no: acknowledged local features are lost when it stops. Set appendonly yes.")]
    private partial void LogDoesNotAppend(string server);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis at {Server} does not tell its settings: maxmemory-policy should be noeviction, appendonly yes.")]
    private partial void LogSettingsUnseen(string server);
}
