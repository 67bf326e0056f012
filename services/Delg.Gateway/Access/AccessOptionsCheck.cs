using Delg.Gateway.Access.Keys;
using Delg.Gateway.Access.Tokens;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Access;

/// <summary>What annotations cannot say about <see cref="AccessOptions"/>.</summary>
internal sealed class AccessOptionsCheck(IConfiguration configuration) : IValidateOptions<AccessOptions>
{
    public ValidateOptionsResult Validate(string? name, AccessOptions options)
    {
        List<string> mistakes = [];
        if (options.RequireAuthentication == true && options.KeyFile.Length == 0 && !JwtOptions.IsIn(configuration))
        {
            mistakes.Add($"{Key(nameof(options.RequireAuthentication))} is true, but there is neither {Key(nameof(options.KeyFile))} "
                + $"nor {JwtOptions.Section}: nobody could call.");
        }

        try
        {
            if (options.KeyFile.Length > 0)
                KeyFile.Read(options.KeyFile);
        }
        catch (KeyFileException failure)
        {
            mistakes.Add($"{Key(nameof(options.KeyFile))}: {failure.Message}");
        }

        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static string Key(string option) => $"{GatewayHosting.Section}:{option}";
}
