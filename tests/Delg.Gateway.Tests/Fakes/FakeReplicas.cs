using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace Delg.Gateway.Tests.Fakes;

/// <summary>A name service in which every name stands for the same replicas.</summary>
internal sealed class FakeReplicas(params string[] addresses) : IDestinationResolver
{
    public ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(IReadOnlyDictionary<string, DestinationConfig> destinations, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new ResolvedDestinationCollection(addresses.ToDictionary(address => address, address => new DestinationConfig { Address = address }), null));
}
