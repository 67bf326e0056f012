using Delg.Gateway.Access;
using Delg.Gateway.Access.Keys;
using Delg.ServiceDefaults.Tests.Tls;

namespace Delg.Deployment.Tests.Services;

/// <summary>Files for the variables that name some: services refuse to start with files that are not there, or not right.</summary>
internal sealed class VariableFiles : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly (string Certificate, string Key, string Thumbprint) _identity;
    private readonly string _keys;

    public VariableFiles()
    {
        _identity = _authority.Server();
        _keys = _authority.PathOf("keys.json");
        var key = ApiKey.Create();
        KeyFile.Change(_keys, _ => [new KeyRecord(key.Id, "test", key.Hash, Role.Read, ["*"])]);
    }

    /// <summary>A file that the service takes; null where the variable names none.</summary>
    public string? For(string variable) => variable switch
    {
        "DELG_Gateway__KeyFile" => _keys,
        _ when variable.EndsWith("CertificateFile", StringComparison.Ordinal) => _identity.Certificate,
        _ when variable.EndsWith("SigningKeyFile", StringComparison.Ordinal) => _identity.Key,
        _ when variable.EndsWith("KeyFile", StringComparison.Ordinal) => _identity.Key,
        _ when variable.EndsWith("AuthorityFile", StringComparison.Ordinal) => _authority.AuthorityFile,
        _ => null,
    };

    public void Dispose() => _authority.Dispose();
}
