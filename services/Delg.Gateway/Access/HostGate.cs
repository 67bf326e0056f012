using Delg.Contracts.Errors;
using Delg.ServiceDefaults.Hosting;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Access;

/// <summary>
/// Keeps web pages from elsewhere out of a gateway that trusts its own machine. A browser lets a page read what the page's own host answers, and whose host it is
/// the page's owner decides: DNS rebinding, a name that comes to mean 127.0.0.1. The name that was asked for gives it away. gRPC over HTTP/2 in clear is not asked:
/// no browser speaks it.
/// </summary>
internal sealed class HostGate(RequestDelegate next, CallerIdentity identity, IOptions<ServiceListenOptions> listening, IOptions<AccessOptions> options)
{
    private const string AnyHost = "*";

    private readonly bool _isOn = !identity.IsRequired
        && !options.Value.AllowedHosts.Contains(AnyHost)
        && new[] { listening.Value.Listen, listening.Value.HttpListen }.All(address => address.Length == 0 || Loopback.IsAddress(address));

    public Task InvokeAsync(HttpContext context)
    {
        var host = context.Request.Host.Host;
        if (!_isOn || !HttpProtocol.IsHttp11(context.Request.Protocol) || host.Length == 0 || Loopback.IsHost(host)
            || options.Value.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase))
        {
            return next(context);
        }

        return Refusal.WriteAsync(context, new DelgException(
            StatusCode.PermissionDenied,
            ErrorReason.OriginRefused,
            $"This gateway asks for no key and so answers to names of its own machine only, such as localhost, not to '{ErrorText.Shortened(host)}': name that in Gateway:AllowedHosts, or set up keys."));
    }
}
