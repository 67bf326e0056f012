using Delg.ServiceDefaults.Tls;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Backends;

/// <summary>Checks that the files can be read and go together.</summary>
internal sealed class BackendTlsOptionsCheck : IValidateOptions<BackendTlsOptions>
{
    public ValidateOptionsResult Validate(string? name, BackendTlsOptions options)
    {
        List<string> mistakes =
        [
            .. TlsFileCheck.Identity(BackendTlsOptions.Section, options.CertificateFile, options.KeyFile),
            .. TlsFileCheck.Authorities($"{BackendTlsOptions.Section}:{nameof(options.AuthorityFile)}", options.AuthorityFile),
        ];
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }
}
