using System.CommandLine;
using Delg.Cli.Connection;
using Delg.Gateway;
using Delg.Gateway.Access;

namespace Delg.Cli.Key;

/// <summary><c>--file F</c>: the gateway's file of API keys.</summary>
internal static class KeyFileOption
{
    private const string Variable = $"DELG_{GatewayHosting.Section}__{nameof(AccessOptions.KeyFile)}";
    private const string DefaultName = "keys.json";

    public static Option<FileInfo?> Create() => new("--file")
    {
        Description = $"File of the API keys. Default: the variable {Variable}, else '{DefaultName}' in the data folder.",
        HelpName = "FILE",
    };

    /// <summary>The file named, else the one the gateway is told of, else the default one; a full path.</summary>
    public static string Resolve(FileInfo? named)
    {
        if (named is not null)
            return named.FullName;
        return Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } configured ? Path.GetFullPath(configured) : Path.Combine(DataFolderOption.Resolve(null), DefaultName);
    }

    /// <summary>How a gateway is told to take the keys of a file.</summary>
    public static string Setting(string path) => $"{Variable}={path}";
}
