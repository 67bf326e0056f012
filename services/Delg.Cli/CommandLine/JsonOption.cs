using System.CommandLine;

namespace Delg.Cli.CommandLine;

/// <summary>The option every verb has.</summary>
internal static class JsonOption
{
    public const string Name = "--json";

    public static Option<bool> Create() => new(Name)
    {
        Description = "Write one JSON object to standard output and nothing else; progress and logs go to standard error.",
        Recursive = true,
    };
}
