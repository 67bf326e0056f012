namespace Delg.EndToEnd.Tests.Processes;

/// <summary>The built product of this clone.</summary>
internal static class Product
{
    /// <summary>The program of a project, as built with the configuration of these tests.</summary>
    /// <param name="project">Name of the project, e.g. Delg.Extractor.</param>
    /// <param name="assembly">Name of its assembly where it is another one.</param>
    public static string ProgramOf(string project, string? assembly = null)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        // tests/PROJECT/bin/CONFIGURATION/FRAMEWORK
        var root = output.Parent!.Parent!.Parent!.Parent!.Parent!;
        var program = Path.Combine(root.FullName, "services", project, "bin", output.Parent.Name, output.Name, $"{assembly ?? project}.dll");
        return File.Exists(program) ? program : throw new FileNotFoundException($"{project} is not built.", program);
    }
}
