using System.Net;
using Delg.Gateway.Backends;
using Delg.V1;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;

namespace Delg.Gateway.PassThrough;

/// <summary>
/// Routes of the three services' own gRPC methods to where the gateway itself calls them. Calls are spread over the replicas a name stands for;
/// one that is not ready, or breaks connections, gets none until it is ready again. Message limits are the services' own: the proxy lifts body
/// limits for gRPC. Nothing is tried twice here. The caller's key stays here.
/// </summary>
internal sealed class PassThroughConfig : IProxyConfigProvider, IProxyConfig
{
    public PassThroughConfig(BackendChannels backends, IOptions<GatewayOptions> options, IOptions<BackendTlsOptions> tls)
    {
        (string Service, Backend Backend)[] services =
        [
            (ExtractorService.Descriptor.FullName, backends.Extractor),
            (GlobalIndexService.Descriptor.FullName, backends.GlobalIndex),
            (LocalVerifierService.Descriptor.FullName, backends.LocalVerifier),
        ];
        Routes = [.. services.Select(s => Route(s.Service))];
        Clusters = [.. services.Select(s => Cluster(s.Service, s.Backend, options.Value, tls.Value))];
    }

    public IReadOnlyList<RouteConfig> Routes { get; }

    public IReadOnlyList<ClusterConfig> Clusters { get; }

    /// <summary>The addresses are fixed at start.</summary>
    public IChangeToken ChangeToken { get; } = new CancellationChangeToken(CancellationToken.None);

    public IProxyConfig GetConfig() => this;

    private static RouteConfig Route(string service) => new()
    {
        RouteId = service,
        ClusterId = service,
        Match = new RouteMatch { Path = $"/{service}/{{method}}" },
        Transforms = [new Dictionary<string, string> { ["RequestHeaderRemove"] = HeaderNames.Authorization }],
    };

    private static ClusterConfig Cluster(string service, Backend backend, GatewayOptions options, BackendTlsOptions tls) => new()
    {
        ClusterId = service,
        Destinations = new Dictionary<string, DestinationConfig> { [backend.Name] = new() { Address = BackendAddress.AsHttp(backend.Address, tls.IsOn).AbsoluteUri } },
        LoadBalancingPolicy = LoadBalancingPolicies.LeastRequests,
        HttpRequest = new ForwarderRequestConfig
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            ActivityTimeout = TimeSpan.FromSeconds(options.PassThroughIdleSeconds),
        },
        HealthCheck = new HealthCheckConfig
        {
            Active = new ActiveHealthCheckConfig
            {
                Enabled = true,
                Interval = TimeSpan.FromSeconds(options.PassThroughHealthSeconds),
                Timeout = TimeSpan.FromSeconds(options.HealthTimeoutSeconds),
                Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures,
                Path = "/readyz",
            },
            Passive = new PassiveHealthCheckConfig
            {
                Enabled = true,
                Policy = HealthCheckConstants.PassivePolicy.TransportFailureRate,
                ReactivationPeriod = TimeSpan.FromSeconds(options.PassThroughHealthSeconds),
            },
        },
    };
}
