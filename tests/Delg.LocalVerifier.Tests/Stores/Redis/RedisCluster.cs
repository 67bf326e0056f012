using Delg.ServiceDefaults.Tests;

namespace Delg.LocalVerifier.Tests.Stores.Redis;

/// <summary>Three servers that share the slots of a cluster.</summary>
internal sealed class RedisCluster : IDisposable
{
    private const int Nodes = 3;
    private const int Slots = 16384;

    private readonly List<RedisServer> _servers = [];

    private RedisCluster()
    {
    }

    public IReadOnlyList<RedisServer> Servers => _servers;

    public static async Task<RedisCluster> StartAsync()
    {
        RedisServer.Require();
        var cluster = new RedisCluster();
        var busPorts = new List<int>();
        for (var i = 0; i < Nodes; i++)
        {
            busPorts.Add(FreePort.Take());
            var server = await RedisServer.StartAsync("--cluster-enabled", "yes", "--cluster-port", $"{busPorts[i]}");
            cluster._servers.Add(server);
            await server.AskAsync($"CLUSTER ADDSLOTSRANGE {i * Slots / Nodes} {((i + 1) * Slots / Nodes) - 1}", $"CLUSTER SET-CONFIG-EPOCH {i + 1}");
        }

        for (var i = 1; i < Nodes; i++)
            await cluster._servers[0].AskAsync($"CLUSTER MEET 127.0.0.1 {cluster._servers[i].Port} {busPorts[i]}");
        foreach (var server in cluster._servers)
        {
            while (!await KnowsAllAsync(server))
                await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        return cluster;
    }

    public void Dispose()
    {
        foreach (var server in _servers)
            server.Dispose();
    }

    private static async Task<bool> KnowsAllAsync(RedisServer server)
    {
        var info = await server.AskAsync("CLUSTER INFO");
        return info.Contains("cluster_state:ok", StringComparison.Ordinal) && info.Contains($"cluster_known_nodes:{Nodes}", StringComparison.Ordinal)
            && info.Contains($"cluster_size:{Nodes}", StringComparison.Ordinal);
    }
}
