using System.CommandLine;
using Delg.Cli.Output;

namespace Delg.Cli.CommandLine;

/// <summary>
/// One verb of <c>delg</c>: declares its arguments in its constructor, reads them and works in <see cref="RunAsync"/>. Exceptions may leave
/// <see cref="RunAsync"/>; they become one line on standard error and an exit code.
/// </summary>
internal abstract class VerbCommand : Command
{
    /// <param name="name">The word typed.</param>
    /// <param name="description">What it does, as <c>--help</c> shows it.</param>
    /// <param name="examples">Whole command lines, at least one.</param>
    protected VerbCommand(string name, string description, params string[] examples)
        : base(name, description)
    {
        Examples = examples;
        SetAction(InvokeAsync);
    }

    /// <summary>Command lines shown at the end of <c>--help</c>.</summary>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>Does the work.</summary>
    /// <param name="arguments">The parsed command line, without errors.</param>
    /// <param name="terminal">Where results and progress go.</param>
    /// <param name="cancellation">Ctrl+C or a request to terminate.</param>
    protected abstract Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation);

    private async Task<int> InvokeAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var streams = arguments.InvocationConfiguration;
        var terminal = new Terminal(streams.Output, streams.Error, arguments.GetValue<bool>(JsonOption.Name));
        try
        {
            return (int)await RunAsync(arguments, terminal, cancellation);
        }
        catch (Exception failure)
        {
            return (int)FailureReport.Write(failure, terminal, cancellation);
        }
    }
}
