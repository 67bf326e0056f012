using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Delg.LocalVerifier.Stores.Redis;

/// <summary>What annotations cannot say about <see cref="RedisStoreOptions"/>; looked at where Redis is the store.</summary>
internal sealed class RedisStoreOptionsCheck(string section, IOptions<LocalVerifierOptions> service) : IValidateOptions<RedisStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, RedisStoreOptions options)
    {
        if (service.Value.Store != FeatureStoreKind.Redis)
            return ValidateOptionsResult.Success;
        var mistakes = new List<string>();
        if (ConnectionMistake(options.Connection) is { } mistake)
            mistakes.Add($"{section}:{nameof(options.Connection)}: {mistake}");
        if (options.User.Length > 0 && options.Password.Length == 0)
            mistakes.Add($"{section}:{nameof(options.Password)} is missing: {nameof(options.User)} is set.");
        if (options.TlsAuthorityFile.Length > 0 && !options.Tls)
            mistakes.Add($"{section}:{nameof(options.TlsAuthorityFile)} is set, but {nameof(options.Tls)} is false.");
        if (options.TlsAuthorityFile.Length > 0 && !File.Exists(options.TlsAuthorityFile))
            mistakes.Add($"{section}:{nameof(options.TlsAuthorityFile)} is '{options.TlsAuthorityFile}': there is no such file.");
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    // The text itself may hold a password, and is not repeated.
    private static string? ConnectionMistake(string text)
    {
        try
        {
            return ConfigurationOptions.Parse(text).EndPoints.Count > 0 ? null : "it names no server, as host:port does.";
        }
        catch (ArgumentException failure)
        {
            return $"it is not understood: {failure.Message}";
        }
    }
}
