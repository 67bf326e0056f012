using System.Security.Cryptography;
using System.Text.Json;
using Delg.Contracts.Errors;
using Delg.Gateway.Tests.Fakes;
using Delg.ServiceDefaults.Tests.Tls;
using Delg.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Delg.Gateway.Tests.Access;

public class TokenAccessTests
{
    private const string Audience = "delg";

    public enum FileForm
    {
        RsaPem,
        EllipticPem,
        RsaKeySet,
    }

    [Theory]
    [InlineData(FileForm.RsaPem)]
    [InlineData(FileForm.EllipticPem)]
    [InlineData(FileForm.RsaKeySet)]
    public async Task Token_OfTheFilesKey_GoesAsFarAsItsClaims(FileForm form)
    {
        using var folder = new KeyFolder();
        using var signer = new Signer(form);
        await using var gateway = await StartAsync(folder, signer);
        gateway.Backends.Index.Collections["photos"] = new Collection { Name = "photos" };
        gateway.Backends.Index.Collections["other"] = new Collection { Name = "other" };
        var client = gateway.ClientWith(signer.Token(new() { ["delg_role"] = "read", ["delg_collections"] = new[] { "photos", "more" } }));

        var listed = await client.ListImageCollectionsAsync(new ListImageCollectionsRequest());
        var foreign = await Failures.OfAsync(client.ListImagesAsync(new ListImagesRequest { Collection = "other" }));
        var write = await Failures.OfAsync(client.DeleteImageAsync(new DeleteImageRequest { Collection = "photos", ImageId = "a" }));

        Assert.Equal(["photos"], listed.Collections.Select(c => c.Name));
        Assert.Equal((ErrorReason.RoleInsufficient, ErrorReason.RoleInsufficient), (foreign.Reason, write.Reason));
    }

    [Fact]
    public async Task Token_WithSeveralRolesInAnotherClaim_HasTheHighest()
    {
        using var folder = new KeyFolder();
        using var signer = new Signer(FileForm.RsaPem);
        await using var gateway = await StartAsync(folder, signer, ("Jwt:RoleClaim", "roles"), ("Jwt:CollectionsClaim", ""));
        var client = gateway.ClientWith(signer.Token(new() { ["roles"] = new[] { "user", "read", "admin" } }));

        var created = await client.CreateImageCollectionAsync(new CreateImageCollectionRequest { Name = "photos" });

        Assert.Equal("photos", created.Collection.Name);
    }

    [Theory]
    [InlineData("", "*")]
    [InlineData("king", "*")]
    [InlineData("read", "")]
    public async Task Token_ThatNamesNoRoleOrNoCollection_MayDoNothing(string role, string collection)
    {
        using var folder = new KeyFolder();
        using var signer = new Signer(FileForm.RsaPem);
        await using var gateway = await StartAsync(folder, signer);
        var claims = new Dictionary<string, object>();
        if (role.Length > 0)
            claims["delg_role"] = role;
        if (collection.Length > 0)
            claims["delg_collections"] = collection;

        var failure = await Failures.OfAsync(gateway.ClientWith(signer.Token(claims)).ListImagesAsync(new ListImagesRequest()));

        Assert.Equal(ErrorReason.RoleInsufficient, failure.Reason);
    }

    public static TheoryData<string> WrongTokens => ["expired", "early", "audience", "issuer", "signer", "unsigned", "secret", "no expiry"];

    [Theory]
    [MemberData(nameof(WrongTokens))]
    public async Task Token_ThatIsNotRight_IsKeyInvalid(string what)
    {
        using var folder = new KeyFolder();
        using var signer = new Signer(FileForm.RsaPem);
        using var other = new Signer(FileForm.RsaPem);
        await using var gateway = await StartAsync(folder, signer);
        var claims = new Dictionary<string, object> { ["delg_role"] = "admin", ["delg_collections"] = "*" };
        var now = DateTime.UtcNow;
        var token = what switch
        {
            "expired" => signer.Token(claims, descriptor => (descriptor.NotBefore, descriptor.Expires) = (now.AddHours(-2), now.AddHours(-1))),
            "early" => signer.Token(claims, descriptor => (descriptor.NotBefore, descriptor.Expires) = (now.AddHours(1), now.AddHours(2))),
            "audience" => signer.Token(claims, descriptor => descriptor.Audience = "others"),
            "issuer" => signer.Token(claims, descriptor => descriptor.Issuer = "https://evil.example"),
            "signer" => other.Token(claims),
            "unsigned" => signer.Token(claims, descriptor => descriptor.SigningCredentials = null),
            // Signed with the text of the public key as a secret, as if that proved anything.
            "secret" => signer.Token(claims, descriptor => descriptor.SigningCredentials =
                new SigningCredentials(new SymmetricSecurityKey(System.Text.Encoding.UTF8.GetBytes(signer.FileText)), SecurityAlgorithms.HmacSha256)),
            _ => signer.Token(claims, descriptor => descriptor.Expires = null, setsDefaultTimes: false),
        };

        var failure = await Failures.OfAsync(gateway.ClientWith(token).ListImageCollectionsAsync(new ListImageCollectionsRequest()));

        Assert.Equal(ErrorReason.KeyInvalid, failure.Reason);
    }

    [Fact]
    public async Task Tokens_OnWithoutKeys_RequireOne()
    {
        using var folder = new KeyFolder();
        using var signer = new Signer(FileForm.RsaPem);
        await using var gateway = await StartAsync(folder, signer);

        Assert.Equal(ErrorReason.KeyMissing, (await Failures.OfAsync(gateway.Client.ListImageCollectionsAsync(new ListImageCollectionsRequest()))).Reason);
    }

    [Fact]
    public async Task Tokens_OfAProvider_AreCheckedWithItsKeys()
    {
        using var authority = new TestAuthority();
        using var signer = new Signer(FileForm.RsaKeySet);
        using var other = new Signer(FileForm.RsaKeySet);
        await using var provider = await TokenProvider.StartAsync(authority);
        provider.Keys = signer.FileText;
        await using var gateway = await GatewayHost.StartAsync(("Jwt:Authority", provider.Address), ("Jwt:TrustFile", authority.AuthorityFile), ("Jwt:Audience", Audience));
        var claims = new Dictionary<string, object> { ["delg_role"] = "read", ["delg_collections"] = "*" };

        var listed = await gateway.ClientWith(signer.Token(claims)).ListImageCollectionsAsync(new ListImageCollectionsRequest());
        var foreign = await Failures.OfAsync(gateway.ClientWith(other.Token(claims)).ListImageCollectionsAsync(new ListImageCollectionsRequest()));
        var issuer = await Failures.OfAsync(
            gateway.ClientWith(signer.Token(claims, descriptor => descriptor.Issuer = "https://evil.example")).ListImageCollectionsAsync(new ListImageCollectionsRequest()));

        Assert.Empty(listed.Collections);
        Assert.Equal((ErrorReason.KeyInvalid, ErrorReason.KeyInvalid), (foreign.Reason, issuer.Reason));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tokens_OfAProviderThatIsGoneOrNotTrusted_AreUnavailableNotInvalid(bool isGone)
    {
        using var authority = new TestAuthority();
        using var signer = new Signer(FileForm.RsaKeySet);
        await using var provider = await TokenProvider.StartAsync(authority);
        await using var gateway = await GatewayHost.StartAsync(("Jwt:Authority", isGone ? "https://127.0.0.1:1" : provider.Address), ("Jwt:Audience", Audience));

        var failure = await Failures.OfAsync(gateway.ClientWith(signer.Token([])).ListImageCollectionsAsync(new ListImageCollectionsRequest()));

        Assert.Equal((StatusCode.Unavailable, ErrorReason.DependencyUnavailable), (failure.Code, failure.Reason));
    }

    [Fact]
    public async Task Options_SeveralMistakes_AreReportedTogether()
    {
        using var folder = new KeyFolder();
        var file = folder.PathOf("shared.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { keys = new[] { new { kty = "oct", k = Base64UrlEncoder.Encode(new byte[32]) } } }), TestContext.Current.CancellationToken);

        var secret = await Assert.ThrowsAsync<OptionsValidationException>(() => GatewayHost.StartAsync(("Jwt:SigningKeyFile", file)));
        var authority = await Assert.ThrowsAsync<OptionsValidationException>(() => GatewayHost.StartAsync(("Jwt:Authority", "http://id.example"), ("Jwt:Audience", "delg")));

        Assert.Equal(3, secret.Failures.Count());
        Assert.Contains("shared secret", secret.Message, StringComparison.Ordinal);
        Assert.Contains("Gateway:Jwt:Authority must be https", authority.Message, StringComparison.Ordinal);
    }

    private static async Task<GatewayHost> StartAsync(KeyFolder folder, Signer signer, params (string Key, string Value)[] settings)
    {
        var file = folder.PathOf("signing-keys");
        await File.WriteAllTextAsync(file, signer.FileText);
        return await GatewayHost.StartAsync([("Jwt:SigningKeyFile", file), ("Jwt:Issuer", TokenProvider.Issuer), ("Jwt:Audience", Audience), .. settings]);
    }

    /// <summary>Makes tokens, and the file by which they are checked.</summary>
    private sealed class Signer : IDisposable
    {
        private readonly RSA _rsa = RSA.Create(2048);
        private readonly ECDsa _curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        private readonly SigningCredentials _credentials;

        public Signer(FileForm form)
        {
            _credentials = form == FileForm.EllipticPem
                ? new SigningCredentials(new ECDsaSecurityKey(_curve), SecurityAlgorithms.EcdsaSha256)
                : new SigningCredentials(new RsaSecurityKey(_rsa), SecurityAlgorithms.RsaSha256);
            var numbers = _rsa.ExportParameters(includePrivateParameters: false);
            FileText = form switch
            {
                FileForm.RsaPem => _rsa.ExportSubjectPublicKeyInfoPem(),
                FileForm.EllipticPem => _curve.ExportSubjectPublicKeyInfoPem(),
                _ => JsonSerializer.Serialize(new { keys = new[] { new { kty = "RSA", use = "sig", n = Base64UrlEncoder.Encode(numbers.Modulus), e = Base64UrlEncoder.Encode(numbers.Exponent) } } }),
            };
        }

        public string FileText { get; }

        public string Token(Dictionary<string, object> claims, Action<SecurityTokenDescriptor>? change = null, bool setsDefaultTimes = true)
        {
            var descriptor = new SecurityTokenDescriptor { Issuer = TokenProvider.Issuer, Audience = Audience, Claims = claims, SigningCredentials = _credentials };
            if (setsDefaultTimes)
                descriptor.Expires = DateTime.UtcNow.AddMinutes(5);
            change?.Invoke(descriptor);
            return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = setsDefaultTimes }.CreateToken(descriptor);
        }

        public void Dispose()
        {
            _rsa.Dispose();
            _curve.Dispose();
        }
    }
}
