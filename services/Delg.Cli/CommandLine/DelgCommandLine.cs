using System.CommandLine;
using Delg.Cli.Backup;
using Delg.Cli.Bench;
using Delg.Cli.Check;
using Delg.Cli.Delete;
using Delg.Cli.Demo;
using Delg.Cli.Duplicates;
using Delg.Cli.Evaluate;
using Delg.Cli.Extract;
using Delg.Cli.Import;
using Delg.Cli.Index;
using Delg.Cli.Key;
using Delg.Cli.List;
using Delg.Cli.Match;
using Delg.Cli.Model;
using Delg.Cli.Output;
using Delg.Cli.Search;
using Delg.Cli.Serve;
using Delg.Cli.Train;

namespace Delg.Cli.CommandLine;

/// <summary><c>delg</c>: all verbs and how one is run.</summary>
internal static class DelgCommandLine
{
    /// <summary>Time a verb has to stop after Ctrl+C, seconds; then the process ends all the same.</summary>
    private const int StopSeconds = 30;

    /// <summary>Runs one command line.</summary>
    /// <param name="args">Without the program's name.</param>
    /// <param name="output">Results.</param>
    /// <param name="error">Progress, logs, errors.</param>
    /// <param name="cancellation">Stops the verb, as Ctrl+C does.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        var arguments = CreateRoot().Parse(args);
        if (arguments.Errors.Count > 0 && arguments.Action is not HelpWithExamples)
            return (int)ReportWrongUsage(arguments, new Terminal(output, error, args.Contains(JsonOption.Name)));
        return await arguments.InvokeAsync(
            new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeSpan.FromSeconds(StopSeconds),
            },
            cancellation);
    }

    private static RootCommand CreateRoot()
    {
        var root = new RootCommand("Image search with DELG: index photos, find the ones that show the same thing, and see why.")
        {
            JsonOption.Create(),
            new DemoCommand(),
            new ServeCommand(),
            new IndexCommand(),
            new SearchCommand(),
            new MatchCommand(),
            new ListCommand(),
            new DuplicatesCommand(),
            new DeleteCommand(),
            new ExportCommand(),
            new ExtractCommand(),
            new EvaluateCommand(),
            new ImportCommand(),
            new CheckCommand(),
            new KeyCommand(),
            new ModelCommand(),
            new TrainCommand(),
            new BenchCommand(),
        };
        HelpWithExamples.AddTo(root);
        return root;
    }

    private static ExitCode ReportWrongUsage(ParseResult arguments, Terminal terminal)
    {
        FailureReport.Write(terminal, string.Join(" ", arguments.Errors.Select(mistake => mistake.Message)));
        terminal.WriteProgressLine($"Try '{CommandPath(arguments)} --help'.");
        return ExitCode.WrongUsage;
    }

    private static string CommandPath(ParseResult arguments)
    {
        var names = new List<string>();
        for (var command = arguments.CommandResult; command is not null; command = command.Parent as System.CommandLine.Parsing.CommandResult)
            names.Insert(0, command.Command is RootCommand ? "delg" : command.Command.Name);
        return string.Join(' ', names);
    }
}
