using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Delg.Cli.CommandLine;

/// <summary>The usual help, followed by the verb's examples.</summary>
/// <param name="usual">What writes the usual help.</param>
internal sealed class HelpWithExamples(SynchronousCommandLineAction usual) : SynchronousCommandLineAction
{
    /// <summary>Help is asked for, so missing arguments are no mistake.</summary>
    public override bool ClearsParseErrors => true;

    public static void AddTo(RootCommand root)
    {
        foreach (var option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction action })
                option.Action = new HelpWithExamples(action);
        }
    }

    public override int Invoke(ParseResult parseResult)
    {
        var result = usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is VerbCommand verb)
            WriteExamples(parseResult.InvocationConfiguration.Output, verb.Examples);
        return result;
    }

    private static void WriteExamples(TextWriter output, IReadOnlyList<string> examples)
    {
        output.WriteLine(examples.Count == 1 ? "Example:" : "Examples:");
        foreach (var example in examples)
            output.WriteLine($"  {example}");
        output.WriteLine();
    }
}
