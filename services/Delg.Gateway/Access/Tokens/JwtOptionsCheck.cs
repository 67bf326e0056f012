using Delg.ServiceDefaults.Tls;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Access.Tokens;

/// <summary>What annotations cannot say about <see cref="JwtOptions"/>.</summary>
internal sealed class JwtOptionsCheck : IValidateOptions<JwtOptions>
{
    public ValidateOptionsResult Validate(string? name, JwtOptions options)
    {
        if (!options.IsOn)
            return ValidateOptionsResult.Success;
        List<string> mistakes = [];
        if (options is { Authority.Length: > 0, SigningKeyFile.Length: > 0 })
            mistakes.Add($"{JwtOptions.Section} has both {nameof(options.Authority)} and {nameof(options.SigningKeyFile)}: one of them says which keys are right.");
        else if (options.Authority.Length > 0 && !(Uri.TryCreate(options.Authority, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps))
            mistakes.Add($"{Key(nameof(options.Authority))} must be https://…, not '{options.Authority}'.");
        if (options is { SigningKeyFile.Length: > 0, Issuer.Length: 0 })
            mistakes.Add($"{Key(nameof(options.Issuer))} must be given beside {nameof(options.SigningKeyFile)}.");
        if (options.Audience.Length == 0)
            mistakes.Add($"{Key(nameof(options.Audience))} must be given: without it, tokens made for others would be taken.");
        mistakes.AddRange(TlsFileCheck.Authorities(Key(nameof(options.TrustFile)), options.TrustFile));
        try
        {
            if (options.SigningKeyFile.Length > 0)
                SigningKeys.Read(options.SigningKeyFile);
        }
        catch (SigningKeysException failure)
        {
            mistakes.Add($"{Key(nameof(options.SigningKeyFile))}: {failure.Message}");
        }

        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static string Key(string option) => $"{JwtOptions.Section}:{option}";
}
