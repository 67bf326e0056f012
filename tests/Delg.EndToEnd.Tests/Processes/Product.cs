namespace Delg.EndToEnd.Tests.Processes;

/// <summary>The built product of this clone.</summary>
internal static class Product
{
    // tests/PROJECT/bin/CONFIGURATION/FRAMEWORK
    private static readonly DirectoryInfo _output = new(AppContext.BaseDirectory);

    private static readonly string _root = _output.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;

    /// <summary>The program of a project, as built with the configuration of these tests.</summary>
    /// <param name="project">Name of the project, e.g. Delg.Extractor.</param>
    /// <param name="assembly">Name of its assembly where it is another one.</param>
    public static string ProgramOf(string project, string? assembly = null)
    {
        var program = PathOf("services", project, "bin", _output.Parent!.Name, _output.Name, $"{assembly ?? project}.dll");
        return File.Exists(program) ? program : throw new FileNotFoundException($"{project} is not built.", program);
    }

    /// <summary>Path of a file of this clone.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([_root, .. parts]);
}
