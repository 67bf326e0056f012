namespace Delg.Training;

/// <summary>What lies in a run's work folder.</summary>
/// <param name="Folder">The work folder.</param>
internal sealed record RunFiles(string Folder)
{
    public string Checkpoint => Path.Combine(Folder, "checkpoint.safetensors");

    /// <summary>The state that validated best.</summary>
    public string Best => Path.Combine(Folder, "best.safetensors");

    /// <summary>The network that the run began with, its heads estimated.</summary>
    public string Start => Path.Combine(Folder, "start.safetensors");

    public string Metrics => Path.Combine(Folder, "metrics.csv");

    public string Validation => Path.Combine(Folder, "validation.csv");

    public string Curves => Path.Combine(Folder, "curves.png");

    /// <summary>What the frozen trunk makes of the training photos' views.</summary>
    public string Maps => Path.Combine(Folder, "training.maps");

    /// <summary>What the frozen trunk makes of the photos held back.</summary>
    public string HeldMaps => Path.Combine(Folder, "validation.maps");
}
