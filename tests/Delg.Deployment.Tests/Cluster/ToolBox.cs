using Delg.Deployment.Tests.Repository;

namespace Delg.Deployment.Tests.Cluster;

/// <summary>Where the Kubernetes control plane and Helm for these tests are, if they are on this machine.</summary>
internal static class ToolBox
{
    public const string EnvironmentVariable = "DELG_TOOLS_DIR";

    /// <summary>Path of the script <c>kube</c>; null when there is none.</summary>
    public static string? Kube { get; } = new[] { Environment.GetEnvironmentVariable(EnvironmentVariable), Clone.PathOf("..", "shared", "tools") }
        .Where(folder => !string.IsNullOrEmpty(folder))
        .Select(folder => Path.GetFullPath(Path.Combine(folder!, "kube")))
        .FirstOrDefault(File.Exists);

    /// <summary>Skips the running test where there are no tools.</summary>
    public static string RequireKube()
    {
        Assert.SkipWhen(Kube is null, $"No Kubernetes control plane here: set {EnvironmentVariable} to a folder that holds kube.");
        return Kube!;
    }
}
