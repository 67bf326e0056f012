using Delg.ServiceDefaults.Tls;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Backends;

/// <summary>One channel a service, for the life of the process.</summary>
internal sealed class BackendChannels : IDisposable
{
    private const int MaxAttempts = 4;
    private const int MaxRetryBufferBytesPerCall = 32 * 1024 * 1024;
    private const int MaxRetryBufferBytes = 256 * 1024 * 1024;

    /// <summary>A restarted service is found again within this time, not after the two minutes that are gRPC's default.</summary>
    private static readonly TimeSpan _longestReconnectBackoff = TimeSpan.FromSeconds(5);

    private readonly ServiceProvider _balancing;

    public BackendChannels(IOptions<GatewayOptions> options, IOptions<BackendTlsOptions> tls, ResolverFactory names, ILoggerFactory loggers)
    {
        _balancing = new ServiceCollection()
            .AddSingleton(names)
            .AddSingleton(loggers)
            .BuildServiceProvider();
        Extractor = Open("extractor", options.Value.Extractor, tls.Value, loggers);
        GlobalIndex = Open("global index", options.Value.GlobalIndex, tls.Value, loggers);
        LocalVerifier = Open("local verifier", options.Value.LocalVerifier, tls.Value, loggers);
    }

    /// <summary>A new replica of a name gets its first calls within this time.</summary>
    public static TimeSpan DnsRefresh { get; } = TimeSpan.FromSeconds(30);

    public Backend Extractor { get; }

    public Backend GlobalIndex { get; }

    public Backend LocalVerifier { get; }

    public IEnumerable<Backend> All => [Extractor, GlobalIndex, LocalVerifier];

    public void Dispose()
    {
        foreach (var backend in All)
            backend.Channel.Dispose();
        _balancing.Dispose();
    }

    private Backend Open(string name, string address, BackendTlsOptions tls, ILoggerFactory loggers)
    {
        var uri = new Uri(address);
        var channel = GrpcChannel.ForAddress(uri, new GrpcChannelOptions
        {
            HttpHandler = Connections(tls),
            DisposeHttpClient = true,
            Credentials = uri.Scheme == Uri.UriSchemeHttps || (BackendAddress.IsDns(uri) && tls.IsOn) ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure,
            ServiceProvider = _balancing,
            ServiceConfig = Configuration(),
            LoggerFactory = loggers,
            // Limits belong to the services that receive; what they answer is bounded by what was asked.
            MaxReceiveMessageSize = null,
            MaxSendMessageSize = null,
            MaxRetryBufferPerCallSize = MaxRetryBufferBytesPerCall,
            MaxRetryBufferSize = MaxRetryBufferBytes,
            MaxReconnectBackoff = _longestReconnectBackoff,
        });
        return new Backend(name, uri, channel);
    }

    private static SocketsHttpHandler Connections(BackendTlsOptions tls)
    {
        var connections = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            KeepAlivePingDelay = TimeSpan.FromSeconds(60),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
            ConnectTimeout = TimeSpan.FromSeconds(5),
        };
        if (tls.IsOn)
            connections.SslOptions = ClientTls.Of(tls.AuthorityFile, tls.CertificateFile, tls.KeyFile);
        return connections;
    }

    /// <summary>Only what reads, and so may be done twice, is tried again, and only where no service was there to answer.</summary>
    private static ServiceConfig Configuration()
    {
        var reads = new MethodConfig
        {
            RetryPolicy = new RetryPolicy
            {
                MaxAttempts = MaxAttempts,
                InitialBackoff = TimeSpan.FromMilliseconds(100),
                MaxBackoff = TimeSpan.FromSeconds(1),
                BackoffMultiplier = 2,
                RetryableStatusCodes = { StatusCode.Unavailable },
            },
        };
        foreach (var (service, method) in IdempotentReads.All)
            reads.Names.Add(new MethodName { Service = service, Method = method });
        return new ServiceConfig
        {
            LoadBalancingConfigs = { new RoundRobinConfig() },
            MethodConfigs = { reads },
            RetryThrottling = new RetryThrottlingPolicy { MaxTokens = 20, TokenRatio = 0.1 },
        };
    }
}
