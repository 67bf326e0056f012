using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Delg.ServiceDefaults.Tls;

/// <summary>Checks that the files go together and are used.</summary>
/// <param name="section">Configuration section of the service.</param>
/// <param name="configuration">Where it listens.</param>
internal sealed class ServiceTlsOptionsCheck(string section, IConfiguration configuration) : IValidateOptions<ServiceTlsOptions>
{
    public ValidateOptionsResult Validate(string? name, ServiceTlsOptions options)
    {
        List<string> mistakes = [];
        mistakes.AddRange(TlsFileCheck.Identity($"{section}:Tls", options.CertificateFile, options.KeyFile));
        mistakes.AddRange(TlsFileCheck.Authorities($"{section}:Tls:{nameof(options.ClientAuthorityFile)}", options.ClientAuthorityFile));
        if (options is { ClientAuthorityFile.Length: > 0, CertificateFile.Length: 0 })
            mistakes.Add($"{section}:Tls:{nameof(options.ClientAuthorityFile)} needs {nameof(options.CertificateFile)}: without TLS nobody shows a certificate.");
        if (options.CertificateFile.Length > 0 && !ListensOn("Listen") && !ListensOn("HttpListen"))
            mistakes.Add($"{section}:Tls:{nameof(options.CertificateFile)} is set, but neither {section}:Listen nor {section}:HttpListen is https://…: nothing would be encrypted.");
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private bool ListensOn(string key) => configuration[$"{section}:{key}"]?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) == true;
}
