using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Delg.Gateway.Access.Tokens;

/// <summary>Tells whose token a text is, by the keys of a provider or of a file.</summary>
internal sealed class TokenCheck
{
    // No "none", and none that is checked with a shared secret.
    private static readonly string[] _algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private readonly JwtOptions _options;
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly TokenValidationParameters? _parameters;

    public TokenCheck(IOptions<JwtOptions> options)
    {
        _options = options.Value;
        if (!_options.IsOn)
            return;
        _parameters = new TokenValidationParameters
        {
            ValidIssuer = _options.Issuer.Length > 0 ? _options.Issuer : null,
            ValidAudience = _options.Audience,
            ValidAlgorithms = _algorithms,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = TimeSpan.FromSeconds(_options.ClockSkewSeconds),
        };
        if (_options.SigningKeyFile.Length > 0)
            _parameters.IssuerSigningKeys = SigningKeys.Read(_options.SigningKeyFile);
        else
            _parameters.ConfigurationManager = Discovery(_options.Authority);
    }

    /// <summary>Whether tokens are taken at all.</summary>
    public bool IsOn => _parameters is not null;

    /// <summary>Whose token a text is; null: it is none, or not a right one.</summary>
    public async Task<Caller?> FindAsync(string text)
    {
        var result = await _handler.ValidateTokenAsync(text, _parameters);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken token)
            return null;
        var role = ValuesOf(token, _options.RoleClaim).Select(RoleOf).DefaultIfEmpty(Role.None).Max();
        IReadOnlyCollection<string> collections = _options.CollectionsClaim.Length > 0 ? [.. ValuesOf(token, _options.CollectionsClaim)] : [Caller.AllCollections];
        return new Caller($"{token.Issuer}#{token.Subject}", role, collections);
    }

    private static ConfigurationManager<OpenIdConnectConfiguration> Discovery(string authority) =>
        new($"{authority.TrimEnd('/')}/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(), new HttpDocumentRetriever { RequireHttps = true });

    // A list comes as one claim for each of its values.
    private static IEnumerable<string> ValuesOf(JsonWebToken token, string claim) => token.Claims.Where(c => c.Type == claim).Select(c => c.Value);

    private static Role RoleOf(string text) => text switch
    {
        "read" => Role.Read,
        "write" => Role.Write,
        "admin" => Role.Admin,
        _ => Role.None,
    };
}
