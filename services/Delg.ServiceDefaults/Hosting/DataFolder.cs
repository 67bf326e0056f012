using Microsoft.Extensions.Configuration;

namespace Delg.ServiceDefaults.Hosting;

/// <summary>Where the embedded stores keep their files.</summary>
public static class DataFolder
{
    /// <summary>Configuration key (variable <c>DELG_DataFolder</c>).</summary>
    public const string Key = "DataFolder";

    /// <summary>
    /// The data folder, whether it is there or not. Default: <c>delg</c> in the platform's folder for user data (<c>~/.local/share/delg</c> on
    /// Linux).
    /// </summary>
    public static string Root(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var root = configuration[Key];
        if (string.IsNullOrWhiteSpace(root))
            root = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "delg");
        return Path.GetFullPath(root);
    }

    /// <summary>The folder of one service below the data folder, made when it is not there.</summary>
    public static string For(IConfiguration configuration, string service) =>
        Directory.CreateDirectory(Path.Combine(Root(configuration), service)).FullName;
}
