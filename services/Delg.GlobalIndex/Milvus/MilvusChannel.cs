using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Net.Client;

namespace Delg.GlobalIndex.Milvus;

/// <summary>The connection to Milvus: address, TLS, and the headers that say who calls.</summary>
internal static class MilvusChannel
{
    /// <summary>Silence after which the server is asked whether it is still there, and how long it may take to say so.</summary>
    private static readonly TimeSpan _keepAliveDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _keepAliveTimeout = TimeSpan.FromSeconds(5);

    /// <summary>A channel that connects when it is used, and again after the connection broke.</summary>
    public static GrpcChannel Open(MilvusOptions options) => GrpcChannel.ForAddress(options.Address, new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(options.ConnectTimeoutSeconds),
            KeepAlivePingDelay = _keepAliveDelay,
            KeepAlivePingTimeout = _keepAliveTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            EnableMultipleHttp2Connections = true,
            SslOptions = SslOptionsOf(options),
        },
        DisposeHttpClient = true,
        // What is asked for bounds what is answered.
        MaxReceiveMessageSize = null,
        MaxSendMessageSize = null,
        // Tries again are counted in one place, MilvusClient.
        MaxRetryAttempts = null,
    });

    public static Grpc.Core.Metadata HeadersOf(MilvusOptions options)
    {
        var headers = new Grpc.Core.Metadata();
        var credentials = options.Token.Length > 0 ? options.Token : options.User.Length > 0 ? $"{options.User}:{options.Password}" : "";
        if (credentials.Length > 0)
            headers.Add("authorization", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        if (options.Database.Length > 0)
            headers.Add("dbname", options.Database);
        return headers;
    }

    private static SslClientAuthenticationOptions SslOptionsOf(MilvusOptions options)
    {
        var ssl = new SslClientAuthenticationOptions();
        if (options.CaCertificate.Length == 0)
            return ssl;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(options.CaCertificate);
        ssl.CertificateChainPolicy = policy;
        return ssl;
    }
}
