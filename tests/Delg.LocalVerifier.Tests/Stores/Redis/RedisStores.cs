using Delg.LocalVerifier.Stores;
using Delg.LocalVerifier.Stores.Redis;
using Microsoft.Extensions.Logging.Abstractions;

namespace Delg.LocalVerifier.Tests.Stores.Redis;

/// <summary>Stores under test on a server.</summary>
internal static class RedisStores
{
    public static RedisFeatureStore Open(RedisStoreOptions options) => new(options, NullLogger<RedisFeatureStore>.Instance);

    /// <summary>A store that has no key yet on servers that others may use, too.</summary>
    public static Task<OpenedStore> OpenEmptyAsync(string connection, int deleteBatch)
    {
        var options = new RedisStoreOptions
        {
            Connection = connection,
            // Characters that a pattern would take for its own.
            KeyPrefix = $"[{Guid.NewGuid():N}]*:",
            DeleteBatchImages = deleteBatch,
            ScanKeys = 10,
            ValuesInFlight = 5,
            ValueConnections = 2,
        };
        return OpenedStore.OpenAsync(() => Task.FromResult<IFeatureStore>(Open(options)), new Nothing());
    }

    private sealed class Nothing : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
