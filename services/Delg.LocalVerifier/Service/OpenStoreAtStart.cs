using Delg.Contracts.Errors;
using Delg.LocalVerifier.Stores;
using Delg.ServiceDefaults.Hosting;

namespace Delg.LocalVerifier.Service;

/// <summary>
/// Opens the store before the first call, so that a folder in use, a file of another version or a wrong password stops the service at once. A store on
/// another machine that is away for now does not: the service is not ready until it answers.
/// </summary>
internal sealed partial class OpenStoreAtStart(IFeatureStore store, ILogger<OpenStoreAtStart> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.ProbeAsync(cancellationToken);
        }
        catch (DelgException failure) when (failure.Reason == ErrorReason.DependencyUnavailable)
        {
            LogAway(failure.Message);
        }
        catch (DelgException failure)
        {
            throw new ServiceStartException(failure.Message, failure);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not ready: {Why}")]
    private partial void LogAway(string why);
}
