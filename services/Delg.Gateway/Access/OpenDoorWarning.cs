using Delg.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Access;

/// <summary>Says at start, once and loud, when everybody who reaches this machine may do everything.</summary>
internal sealed partial class OpenDoorWarning(CallerIdentity identity, IOptions<ServiceListenOptions> listening, ILogger<OpenDoorWarning> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var open = string.Join(" and ", new[] { listening.Value.Listen, listening.Value.HttpListen }.Where(address => address.Length > 0 && !Loopback.IsAddress(address)));
        if (open.Length > 0 && !identity.IsRequired)
            LogOpen(open);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "ANYONE who reaches {Addresses} may read, write and delete everything: no API key and no token is asked for. Make a key with 'delg key new' "
            + "and set Gateway:KeyFile (variable DELG_Gateway__KeyFile), or set Gateway:Jwt, or listen on 127.0.0.1 only.")]
    private partial void LogOpen(string addresses);
}
