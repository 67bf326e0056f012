using System.ComponentModel.DataAnnotations;

namespace Delg.ServiceDefaults.Hosting;

/// <summary>Where and how a service listens: the keys <c>Listen</c>, … of the service's own configuration section.</summary>
public sealed class ServiceListenOptions
{
    /// <summary>
    /// Address of the gRPC endpoint, HTTP/2 only: <c>http://host:port</c> (cleartext) or <c>https://host:port</c> (with the certificate of
    /// <c>Tls:CertificateFile</c>, else of <c>Kestrel:Certificates:Default</c>). Host: <c>localhost</c>, an IP address, or <c>*</c> for all interfaces. Port 0: a free one.
    /// </summary>
    [Required]
    public string Listen { get; set; } = "";

    /// <summary>Address of the HTTP/1.1 endpoint, same form. Empty: none. Only the gateway has one by default.</summary>
    public string HttpListen { get; set; } = "";

    /// <summary>
    /// Address, same form, at which only <c>/metrics</c> (for Prometheus), <c>/livez</c> and <c>/readyz</c> are answered, over HTTP/1.1. Empty: none, and no
    /// metrics but those sent over OTLP.
    /// </summary>
    public string MetricsListen { get; set; } = "";

    /// <summary>How log lines are written. Default <see cref="LogForm.Text"/>.</summary>
    public LogForm Logs { get; set; }

    /// <summary>Largest gRPC message accepted, bytes. Default 32 MiB: a 20 MiB photo fits with room for its envelope.</summary>
    [Range(64 * 1024, 1024 * 1024 * 1024)]
    public int MaxMessageBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>Answer gRPC reflection, so that tools can list the methods. Default false.</summary>
    public bool Reflection { get; set; }

    /// <summary>Time given to calls in flight when the service is told to stop, seconds. Default 20.</summary>
    [Range(0, 3600)]
    public int ShutdownGraceSeconds { get; set; } = 20;
}
