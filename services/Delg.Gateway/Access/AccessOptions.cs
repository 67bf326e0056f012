using System.ComponentModel.DataAnnotations;

namespace Delg.Gateway.Access;

/// <summary>Who may call the gateway: keys of the section <see cref="GatewayHosting.Section"/>, variables <c>DELG_Gateway__…</c>.</summary>
public sealed class AccessOptions
{
    /// <summary>File of the API keys, as <c>delg key</c> writes it. Empty: there are none. It is read again when it changes.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>Time between two looks at the key file, seconds: a revoked key works no longer than that. Default 2.</summary>
    [Range(0.01, 3600)]
    public double KeyFileSeconds { get; set; } = 2;

    /// <summary>
    /// Refuse calls that bring neither key nor token. Not set: as soon as there is a key file or tokens are taken. False beside them: what is
    /// brought must be right, and who brings nothing may do everything.
    /// </summary>
    public bool? RequireAuthentication { get; set; }

    /// <summary>
    /// Host names, without ports, that HTTP/1.1 requests may name beside this machine's own. Only asked of a gateway that listens on loopback and lets in who
    /// brings nothing: there a web page from elsewhere, whose name was made to mean this machine, could do everything. Default: none; <c>*</c>: any.
    /// </summary>
    public IList<string> AllowedHosts { get; } = [];
}
