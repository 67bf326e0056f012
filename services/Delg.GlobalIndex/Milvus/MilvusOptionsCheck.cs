using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace Delg.GlobalIndex.Milvus;

/// <summary>What annotations cannot say about <see cref="MilvusOptions"/> and the limits that Milvus adds to the service's own.</summary>
internal sealed class MilvusOptionsCheck(IOptions<GlobalIndexOptions> service) : IValidateOptions<MilvusOptions>
{
    /// <summary>Rows that Milvus answers with at most, to a query or to one vector of a search.</summary>
    private const int MaxRows = 16_384;

    public ValidateOptionsResult Validate(string? name, MilvusOptions options)
    {
        // The settings of a backend that is not used cannot be wrong.
        if (service.Value.Backend != IndexBackend.Milvus)
            return ValidateOptionsResult.Skip;
        List<string> mistakes = [];
        void Check(bool holds, string option, string text)
        {
            if (!holds)
                mistakes.Add($"{MilvusOptions.Section}:{option} {text}");
        }

        Check(IsAddress(options.Address), nameof(options.Address), $"must be http://host:port or https://host:port, not '{options.Address}'.");
        Check(options.User.Length > 0 || options.Password.Length == 0, nameof(options.User), "is needed beside a password.");
        Check(options.User.Length == 0 || options.Token.Length == 0, nameof(options.Token), "and a user exclude each other.");
        Check(!options.User.Contains(':'), nameof(options.User), "must not have a colon.");
        Check(
            options.CaCertificate.Length == 0 || options.Address.StartsWith("https:", StringComparison.OrdinalIgnoreCase), nameof(options.CaCertificate),
            "is of no use without an https address.");
        if (options.CaCertificate.Length > 0 && CertificateMistake(options.CaCertificate) is { } mistake)
            mistakes.Add($"{MilvusOptions.Section}:{nameof(options.CaCertificate)} '{options.CaCertificate}' cannot be read: {mistake}");
        foreach (var (key, value) in new[]
        {
            (nameof(GlobalIndexOptions.MaxTopK), service.Value.MaxTopK),
            // One more than a page tells whether there is a next one.
            (nameof(GlobalIndexOptions.MaxPageSize), service.Value.MaxPageSize + 1),
        })
        {
            if (value > MaxRows)
                mistakes.Add($"{GlobalIndexHosting.Section}:{key} must be below {MaxRows} with Milvus, which answers with no more rows.");
        }

        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static bool IsAddress(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0 && uri.PathAndQuery == "/" && uri.UserInfo.Length == 0;

    private static string? CertificateMistake(string file)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(file);
            return certificates.Count > 0 ? null : "there is no certificate in it.";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return failure.Message;
        }
    }
}
