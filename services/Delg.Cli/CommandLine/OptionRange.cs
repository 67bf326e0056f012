using System.CommandLine;
using System.CommandLine.Parsing;

namespace Delg.Cli.CommandLine;

/// <summary>Bounds of a number on the command line; outside them the usage is wrong, and the message names the option and the bounds.</summary>
internal static class OptionRange
{
    public static void Within(this Option<int> option, int least, int most) =>
        option.Validators.Add(result => Check(result, option.Name, [result.GetValueOrDefault<int>()], least, most));

    /// <summary>A number that need not be named.</summary>
    public static void Within(this Option<int?> option, int least, int most) =>
        option.Validators.Add(result => Check(result, option.Name, result.GetValueOrDefault<int?>() is { } value ? [value] : [], least, most));

    /// <summary>Each of several numbers.</summary>
    public static void Within(this Option<int[]> option, int least, int most) =>
        option.Validators.Add(result => Check(result, option.Name, [.. result.GetValueOrDefault<int[]>() ?? []], least, most));

    public static void Within(this Option<double> option, double least, double most) =>
        option.Validators.Add(result => Check(result, option.Name, [result.GetValueOrDefault<double>()], least, most));

    /// <summary>A number that need not be named.</summary>
    public static void Within(this Option<double?> option, double least, double most) =>
        option.Validators.Add(result => Check(result, option.Name, result.GetValueOrDefault<double?>() is { } value ? [value] : [], least, most));

    /// <summary>Each of several numbers.</summary>
    public static void Within(this Option<double[]> option, double least, double most) =>
        option.Validators.Add(result => Check(result, option.Name, result.GetValueOrDefault<double[]>() ?? [], least, most));

    private static void Check(SymbolResult result, string name, double[] values, double least, double most)
    {
        var isUnbounded = double.IsInfinity(most) || most == int.MaxValue;
        // Not a number is in no range.
        if (!values.All(value => value >= least && value <= most))
            result.AddError(isUnbounded ? FormattableString.Invariant($"{name} must be at least {least}.") : FormattableString.Invariant($"{name} must be {least} to {most}."));
    }
}
