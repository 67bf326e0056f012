using Delg.Gateway.Backends;
using Grpc.Net.Client.Balancer;

namespace Delg.Gateway.Tests.Fakes;

/// <summary>A name service in which every name of the form <c>dns:///name:port</c> stands for the same replicas.</summary>
internal sealed class FakeNames(params string[] addresses) : ResolverFactory
{
    public override string Name => BackendAddress.DnsScheme;

    public override Resolver Create(ResolverOptions options) =>
        new Answer([.. addresses.Select(address => new Uri(address)).Select(address => new BalancerAddress(address.Host, address.Port))]);

    private sealed class Answer(BalancerAddress[] replicas) : Resolver
    {
        public override void Start(Action<ResolverResult> listener) => listener(ResolverResult.ForResult(replicas));
    }
}
