using System.Net;
using System.Security.Cryptography.X509Certificates;
using Delg.ServiceDefaults.Tests.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Delg.Gateway.Tests.Fakes;

/// <summary>An OpenID provider on loopback: says over https who it is, and which keys sign its tokens.</summary>
internal sealed class TokenProvider : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TokenProvider(TestAuthority authority)
    {
        var (certificate, key, _) = authority.Server("provider");
        var builder = LoopbackHost.NewBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(X509Certificate2.CreateFromPemFile(certificate, key))));
        _app = builder.Build();
        _app.MapGet("/.well-known/openid-configuration", () => new { issuer = Issuer, jwks_uri = $"{Address}/keys" });
        _app.MapGet("/keys", () => Results.Text(Keys, "application/json"));
    }

    public static string Issuer => "https://id.example";

    /// <summary>The JSON web key set.</summary>
    public string Keys { get; set; } = "{}";

    public string Address => LoopbackHost.AddressesOf(_app)[0];

    public static async Task<TokenProvider> StartAsync(TestAuthority authority)
    {
        var provider = new TokenProvider(authority);
        await provider._app.StartAsync();
        return provider;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
