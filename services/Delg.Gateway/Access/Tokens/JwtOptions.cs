using System.ComponentModel.DataAnnotations;

namespace Delg.Gateway.Access.Tokens;

/// <summary>JSON web tokens that are taken beside API keys: keys of the section <see cref="Section"/>, variables <c>DELG_Gateway__Jwt__…</c>.</summary>
public sealed class JwtOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = $"{GatewayHosting.Section}:Jwt";

    /// <summary>
    /// Address of an OpenID provider, https, whose discovery document names its issuer and keys. Empty: none. Tokens are off when there is no
    /// <see cref="SigningKeyFile"/> either.
    /// </summary>
    public string Authority { get; set; } = "";

    /// <summary>Certificates, PEM, of the authorities that the provider's own certificate must come from. Empty: the machine's own.</summary>
    public string TrustFile { get; set; } = "";

    /// <summary>File of the public keys that sign tokens, where there is no provider to ask: PEM, or a JSON web key set. RSA or elliptic curve.</summary>
    public string SigningKeyFile { get; set; } = "";

    /// <summary>The <c>iss</c> that a token must have. Default: the authority's; must be given with a key file.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>The <c>aud</c> that a token must have. Must be given.</summary>
    public string Audience { get; set; } = "";

    /// <summary>The claim that is the role: read, write or admin; of several the highest. Default <c>delg_role</c>.</summary>
    [Required]
    public string RoleClaim { get; set; } = "delg_role";

    /// <summary>The claim that names the collections, one or a list, <c>*</c> for all. Default <c>delg_collections</c>; empty: all.</summary>
    public string CollectionsClaim { get; set; } = "delg_collections";

    /// <summary>How far clocks may differ when a token's times are checked, seconds. Default 60.</summary>
    [Range(0, 3600)]
    public int ClockSkewSeconds { get; set; } = 60;

    /// <summary>Whether tokens are taken.</summary>
    internal bool IsOn => Authority.Length > 0 || SigningKeyFile.Length > 0;

    /// <summary>Whether a configuration says that tokens are taken.</summary>
    internal static bool IsIn(IConfiguration configuration) =>
        !string.IsNullOrEmpty(configuration[$"{Section}:{nameof(Authority)}"]) || !string.IsNullOrEmpty(configuration[$"{Section}:{nameof(SigningKeyFile)}"]);
}
