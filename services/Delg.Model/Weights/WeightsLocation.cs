namespace Delg.Model.Weights;

/// <summary>Where weights are looked for when a caller names none.</summary>
public static class WeightsLocation
{
    /// <summary>The environment variable that names another file than the shipped one.</summary>
    public const string EnvironmentVariable = "DELG_MODEL";

    /// <summary>The weights that ship with the program, in its own folder.</summary>
    public static string Shipped => Path.Combine(AppContext.BaseDirectory, "weights", "delg-r50.safetensors");

    /// <summary>The file to load: <paramref name="named"/> if given, else the environment's, else the shipped one.</summary>
    /// <exception cref="FileNotFoundException">It is not there; the message says who named it.</exception>
    public static string Resolve(string? named = null)
    {
        string? environment = Environment.GetEnvironmentVariable(EnvironmentVariable);
        (string path, string by) = !string.IsNullOrEmpty(named) ? (named, "the option or argument that names the model")
            : !string.IsNullOrEmpty(environment) ? (environment, $"the environment variable {EnvironmentVariable}")
            : (Shipped, "the program's own weights");
        return File.Exists(path) ? path : throw new FileNotFoundException($"There is no weights file {path} ({by}).", path);
    }
}
