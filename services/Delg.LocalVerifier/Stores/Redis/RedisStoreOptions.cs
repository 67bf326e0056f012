using System.ComponentModel.DataAnnotations;

namespace Delg.LocalVerifier.Stores.Redis;

/// <summary>Options of the Redis store: keys of <c>LocalVerifier:Redis</c>, e.g. <c>DELG_LocalVerifier__Redis__Connection</c>.</summary>
public sealed class RedisStoreOptions
{
    /// <summary>
    /// Servers as <c>host:port</c>, several (of one cluster, or a primary and its replicas) with commas between; further settings in StackExchange.Redis's
    /// form, e.g. <c>sslHost=name</c>. The options below go before what is said here. Default <c>localhost:6379</c>.
    /// </summary>
    [Required]
    public string Connection { get; set; } = "localhost:6379";

    /// <summary>ACL user. Default: none, the server's default user.</summary>
    public string User { get; set; } = "";

    /// <summary>Password of the user. Default: none.</summary>
    public string Password { get; set; } = "";

    /// <summary>Speak TLS. Default false.</summary>
    public bool Tls { get; set; }

    /// <summary>PEM file of the authority that issued the server's certificate; needs <see cref="Tls"/>. Default: those the machine trusts.</summary>
    public string TlsAuthorityFile { get; set; } = "";

    /// <summary>Numbered database; a cluster has only 0. Default 0.</summary>
    [Range(0, 1_000_000)]
    public int Database { get; set; }

    /// <summary>
    /// What every key begins with, without braces: they would put keys that belong apart into one slot of a cluster. Default <c>delg:features:</c>.
    /// </summary>
    [Required, RegularExpression("[^{}]+")]
    public string KeyPrefix { get; set; } = "delg:features:";

    /// <summary>
    /// Connections that values travel on; probes, deletes and scans have one of their own beside them. Default 4: a reply that travels alone is found in one
    /// receive buffer, see <see cref="ReceiveBufferBytes"/>.
    /// </summary>
    [Range(1, 64)]
    public int ValueConnections { get; set; } = 4;

    /// <summary>Values on their way to or from Redis, over all calls; further ones wait their turn. Default 64.</summary>
    [Range(1, 10_000)]
    public int ValuesInFlight { get; set; } = 64;

    /// <summary>
    /// Bytes of values on their way from Redis, over all calls, by the length of those before; further ones wait their turn. Default 2 MiB: four values of
    /// 1000 features in FLOAT32, which take less of the processors than 64 that wait in memory. Far from Redis: what a round trip carries, or more.
    /// </summary>
    [Range(1, long.MaxValue)]
    public long ReadBytesInFlight { get; set; } = 2 * 1024 * 1024;

    /// <summary>
    /// Receive buffer of a connection for values, bytes: of the socket, and of the service, which has at most three a connection. Default 1 MiB. A value
    /// that does not fit is copied once more.
    /// </summary>
    [Range(8192, 1_073_741_824)]
    public int ReceiveBufferBytes { get; set; } = 1024 * 1024;

    /// <summary>Bytes of buffers kept for the next reads at most; those in use are not counted. Default 256 MiB. 0: none.</summary>
    [Range(0, long.MaxValue)]
    public long MaxBufferBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>Keys a step of a scan looks at when a collection is deleted. Default 1000.</summary>
    [Range(10, 100_000)]
    public int ScanKeys { get; set; } = 1000;

    /// <summary>Keys deleted at a time. Default 256.</summary>
    [Range(1, 100_000)]
    public int DeleteBatchImages { get; set; } = 256;

    /// <summary>Time to connect within, seconds. Default 5.</summary>
    [Range(0.1, 600)]
    public double ConnectTimeoutSeconds { get; set; } = 5;

    /// <summary>Time a command may take, seconds; looked at about once a second. Default 5.</summary>
    [Range(0.1, 600)]
    public double CommandTimeoutSeconds { get; set; } = 5;

    /// <summary>Wait before the first attempt to connect again, and asked of a caller while Redis is away, seconds; it grows to ten times. Default 1.</summary>
    [Range(0.05, 60)]
    public double RetrySeconds { get; set; } = 1;
}
