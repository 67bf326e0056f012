using System.CommandLine;
using System.Net.Security;
using Delg.Cli.CommandLine;
using Delg.Cli.Extraction;
using Delg.Cli.Output;
using Delg.ServiceDefaults.Tls;

namespace Delg.Cli.Connection;

/// <summary>The options of every verb that needs an image search: a running server, or one started for the command.</summary>
internal sealed class ServerArguments
{
    private const string KeyVariable = "DELG_KEY";

    private readonly Option<string?> _server = new("--server")
    {
        Description = "gRPC address of a running gateway, e.g. http://127.0.0.1:5100. Default: the server that runs on the data folder, else the whole system inside this process.",
        HelpName = "URL",
    };

    private readonly Option<string?> _key = new("--key")
    {
        Description = $"API key for the gateway. Default: the variable {KeyVariable}, which other users of the machine cannot read.",
        HelpName = "KEY",
    };

    private readonly Option<FileInfo?> _authority = new("--authority")
    {
        Description = "For an https address: PEM file of the authorities to trust. Default: the machine's own.",
        HelpName = "FILE",
    };

    private readonly Option<FileInfo?> _certificate = new("--certificate")
    {
        Description = "For an https address that asks for one: PEM file of a certificate to show, with its private key in --certificate-key.",
        HelpName = "FILE",
    };

    private readonly Option<FileInfo?> _certificateKey = new("--certificate-key") { Description = "PEM file of the certificate's private key, not encrypted.", HelpName = "FILE" };

    private readonly Option<DirectoryInfo?> _data = DataFolderOption.Create();

    private readonly Option<FileInfo?> _model = ModelOption.Create();

    private readonly Option<string> _collection = new("--collection")
    {
        Description = "Collection of images.",
        DefaultValueFactory = _ => "default",
        HelpName = "NAME",
    };

    /// <param name="command">The verb.</param>
    /// <param name="withCollection">False: the verb names its collection in its own way, or none.</param>
    public ServerArguments(Command command, bool withCollection = true)
    {
        if (withCollection)
            command.Add(_collection);
        command.Add(_server);
        command.Add(_key);
        command.Add(_authority);
        command.Add(_certificate);
        command.Add(_certificateKey);
        command.Add(_data);
        command.Add(_model);
    }

    /// <summary>The collection named.</summary>
    public string Collection(ParseResult arguments) => arguments.GetRequiredValue(_collection);

    /// <summary>Finds or starts the server, and checks that it answers.</summary>
    /// <exception cref="WrongUsageException">The address is none, or a file holds no certificate or key.</exception>
    public Task<SearchConnection> OpenAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var access = new GatewayAccess(KeyOf(arguments), TlsOf(arguments));
        if (arguments.GetValue(_server) is not { } address)
            return SearchConnection.ToDataFolderAsync(DataFolderOption.Resolve(arguments.GetValue(_data)), arguments.GetValue(_model), access, terminal, cancellation);
        return Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? SearchConnection.ToServerAsync(address, access, cancellation)
            : throw new WrongUsageException($"--server: '{address}' is not an address such as http://127.0.0.1:5100.");
    }

    private string? KeyOf(ParseResult arguments) =>
        (arguments.GetValue(_key) ?? Environment.GetEnvironmentVariable(KeyVariable)) is { Length: > 0 } key ? key : null;

    private SslClientAuthenticationOptions? TlsOf(ParseResult arguments)
    {
        var (authority, certificate, key) = (arguments.GetValue(_authority), arguments.GetValue(_certificate), arguments.GetValue(_certificateKey));
        if (certificate is null != key is null)
            throw new WrongUsageException("--certificate and --certificate-key go together.");
        if (authority is null && certificate is null)
            return null;
        try
        {
            return ClientTls.Of(authority?.FullName ?? "", certificate?.FullName ?? "", key?.FullName ?? "");
        }
        catch (CertificateFileException failure)
        {
            throw new WrongUsageException(failure.Message);
        }
    }
}
