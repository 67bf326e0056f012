using System.CommandLine;
using Delg.Model.Weights;

namespace Delg.Cli.Extraction;

/// <summary><c>--model W</c>: the weights.</summary>
internal static class ModelOption
{
    public static Option<FileInfo?> Create() => new("--model")
    {
        Description = $"Weights file. Default: the variable {WeightsLocation.EnvironmentVariable}, else the shipped weights.",
        HelpName = "W",
    };
}
