using System.Text.Json;
using Spectre.Console;

namespace Delg.Cli.Output;

/// <summary>
/// Where a verb writes. Results are one JSON object on standard output with <c>--json</c>, tables and lines otherwise; progress always goes to
/// standard error. Colours and bars appear only on a terminal, and not when NO_COLOR is set.
/// </summary>
internal sealed class Terminal
{
    /// <summary>Columns of a line when nobody says how wide the screen is: tables in a file are not broken.</summary>
    private const int PlainWidth = 1000;

    private readonly TextWriter _output;

    public Terminal(TextWriter output, TextWriter error, bool isJson)
    {
        _output = output;
        IsJson = isJson;
        Progress = CreateConsole(error, Console.Error, Console.IsErrorRedirected);
        Report = isJson ? Progress : CreateConsole(output, Console.Out, Console.IsOutputRedirected);
    }

    /// <summary>True: standard output belongs to the one JSON object.</summary>
    public bool IsJson { get; }

    /// <summary>Tables and text for people: standard output, or standard error with <c>--json</c>.</summary>
    public IAnsiConsole Report { get; }

    /// <summary>Progress and remarks: standard error.</summary>
    public IAnsiConsole Progress { get; }

    /// <summary>Writes the verb's one JSON object: snake_case keys, indented.</summary>
    public void WriteJson<T>(T result)
    {
        _output.WriteLine(JsonSerializer.Serialize(result, JsonForm.Options));
        _output.Flush();
    }

    /// <summary>One line of text to standard error, as it is and unbroken.</summary>
    public void WriteProgressLine(string text) => Progress.Profile.Out.Writer.WriteLine(text);

    /// <summary>One line of text where the tables go, as it is and unbroken.</summary>
    public void WriteReportLine(string text) => Report.Profile.Out.Writer.WriteLine(text);

    private static IAnsiConsole CreateConsole(TextWriter writer, TextWriter standard, bool isRedirected)
    {
        var isTerminal = ReferenceEquals(writer, standard) && !isRedirected;
        var isColoured = isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isColoured ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isTerminal)
            console.Profile.Width = PlainWidth;
        return console;
    }
}
