using Delg.LocalVerifier.Stores;

namespace Delg.LocalVerifier.Service;

/// <summary>Opens the store before the first call, so that a folder in use or a file of another version stops the service at once.</summary>
internal sealed class OpenStoreAtStart(IFeatureStore store) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => store.ProbeAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
