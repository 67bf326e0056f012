using System.CommandLine;

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
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > Most)
                result.AddError($"--in-flight must be 1 to {Most}.");
        });
        return option;
    }
}
