using System.CommandLine;
using Delg.ServiceDefaults.Hosting;
using Microsoft.Extensions.Configuration;

namespace Delg.Cli.Connection;

/// <summary><c>--data DIR</c>: where the embedded stores live.</summary>
internal static class DataFolderOption
{
    public static Option<DirectoryInfo?> Create() => new("--data")
    {
        Description = $"Folder of the embedded stores. Default: the variable DELG_{DataFolder.Key}, else the platform's folder for user data ('{Default()}').",
        HelpName = "DIR",
    };

    /// <summary>The folder named, else the configured or the platform's one; a full path.</summary>
    public static string Resolve(DirectoryInfo? named) => named?.FullName ?? Default();

    private static string Default() => DataFolder.Root(new ConfigurationBuilder().AddEnvironmentVariables("DELG_").Build());
}
