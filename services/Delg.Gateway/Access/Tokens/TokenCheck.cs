using Delg.Contracts.Errors;
using Delg.ServiceDefaults.Tls;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Delg.Gateway.Access.Tokens;

/// <summary>Tells whose token a text is, by the keys of a provider or of a file.</summary>
internal sealed partial class TokenCheck : IDisposable
{
    // Of the provider: its answers are kept, and asked for again now and then.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

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
    private readonly HttpClient? _http;
    private readonly ConfigurationManager<OpenIdConnectConfiguration>? _provider;
    private readonly ILogger<TokenCheck> _logger;

    public TokenCheck(IOptions<JwtOptions> options, ILogger<TokenCheck> logger)
    {
        (_options, _logger) = (options.Value, logger);
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
        {
            _parameters.IssuerSigningKeys = SigningKeys.Read(_options.SigningKeyFile);
            return;
        }

        _http = new HttpClient(new SocketsHttpHandler { SslOptions = ClientTls.Of(_options.TrustFile, "", "") }) { Timeout = _patience };
        _provider = new ConfigurationManager<OpenIdConnectConfiguration>(
            $"{_options.Authority.TrimEnd('/')}/.well-known/openid-configuration",
            new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever(_http) { RequireHttps = true });
        // Asked again by the validation where a token is signed with a key that was not known.
        _parameters.ConfigurationManager = _provider;
    }

    /// <summary>Whether tokens are taken at all.</summary>
    public bool IsOn => _parameters is not null;

    /// <summary>Whose token a text is; null: it is none, or not a right one.</summary>
    /// <exception cref="DelgException">DEPENDENCY_UNAVAILABLE: the provider has never answered.</exception>
    public async Task<Caller?> FindAsync(string text)
    {
        await ReachProviderAsync();
        var result = await _handler.ValidateTokenAsync(text, _parameters);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken token)
            return null;
        var role = ValuesOf(token, _options.RoleClaim).Select(RoleOf).DefaultIfEmpty(Role.None).Max();
        IReadOnlyCollection<string> collections = _options.CollectionsClaim.Length > 0 ? [.. ValuesOf(token, _options.CollectionsClaim)] : [Caller.AllCollections];
        return new Caller($"{token.Issuer}#{token.Subject}", role, collections);
    }

    public void Dispose() => _http?.Dispose();

    private async Task ReachProviderAsync()
    {
        try
        {
            if (_provider is not null)
                await _provider.GetConfigurationAsync(CancellationToken.None);
        }
        catch (InvalidOperationException failure)
        {
            LogUnreachable(_options.Authority, failure);
            throw new DelgException(StatusCode.Unavailable, ErrorReason.DependencyUnavailable, "The provider of tokens does not answer.", failure)
            {
                Details = new Dictionary<string, string> { ["service"] = "token provider" },
            };
        }
    }

    // A list comes as one claim for each of its values.
    private static IEnumerable<string> ValuesOf(JsonWebToken token, string claim) => token.Claims.Where(c => c.Type == claim).Select(c => c.Value);

    private static Role RoleOf(string text) => text switch
    {
        "read" => Role.Read,
        "write" => Role.Write,
        "admin" => Role.Admin,
        _ => Role.None,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "The provider of tokens at {Authority} does not answer")]
    private partial void LogUnreachable(string authority, Exception failure);
}
