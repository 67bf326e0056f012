using Delg.ServiceDefaults.Tls;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Delg.ServiceDefaults.Hosting;

/// <summary>
/// Says at start, once and loud, that a service behind the gateway answers everybody who reaches this machine: it asks for no key, only, where told to, for
/// a certificate.
/// </summary>
internal sealed partial class OpenServiceWarning(
    string section, IOptions<ServiceListenOptions> listening, IOptions<ServiceTlsOptions> tls, ILogger<OpenServiceWarning> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!Loopback.IsAddress(listening.Value.Listen) && tls.Value.ClientAuthorityFile.Length == 0)
            LogOpen(listening.Value.Listen, section);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "ANYONE who reaches {Address} may read, write and delete all that this service has: keys are the gateway's. Let only the gateway reach it (the chart's network policies do), "
            + "or ask for certificates with {Section}:Tls:ClientAuthorityFile, or listen on 127.0.0.1 only.")]
    private partial void LogOpen(string address, string section);
}
