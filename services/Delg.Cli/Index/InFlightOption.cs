using System.CommandLine;
using Delg.Cli.CommandLine;

namespace Delg.Cli.Index;

/// <summary><c>--in-flight N</c>: how many pictures are on their way at once.</summary>
internal static class InFlightOption
{
    public const int Default = 4;

    private const int Most = 64;

    public static Option<int> Create()
    {
        var option = new Option<int>("--in-flight")
        {
            Description = $"Pictures sent at once, 1 to {Most}.",
            DefaultValueFactory = _ => Default,
            HelpName = "N",
        };
        option.Within(1, Most);
        return option;
    }
}
