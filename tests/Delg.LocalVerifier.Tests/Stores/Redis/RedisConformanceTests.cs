namespace Delg.LocalVerifier.Tests.Stores.Redis;

/// <summary>Against one server for the class.</summary>
public sealed class RedisConformanceTests : FeatureStoreConformance, IClassFixture<RedisConformanceTests.OneServer>
{
    private readonly OneServer _server;

    public RedisConformanceTests(OneServer server) => _server = server;

    private protected override async Task<OpenedStore> OpenAsync() => await RedisStores.OpenEmptyAsync(await _server.ConnectionAsync(), SmallBatch);

    public sealed class OneServer : IDisposable
    {
        private RedisServer? _server;

        public async Task<string> ConnectionAsync()
        {
            _server ??= await RedisServer.StartAsync();
            return _server.Connection;
        }

        public void Dispose() => _server?.Dispose();
    }
}
