using Delg.Gateway.Backends;
using Delg.ServiceDefaults.Tls;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Delg.Gateway.PassThrough;

/// <summary>Makes the proxy's connections encrypted as the gateway's own are.</summary>
internal sealed class BackendHttpClients(IOptions<BackendTlsOptions> tls) : ForwarderHttpClientFactory
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        if (tls.Value.IsOn)
            handler.SslOptions = ClientTls.Of(tls.Value.AuthorityFile, tls.Value.CertificateFile, tls.Value.KeyFile);
    }
}
