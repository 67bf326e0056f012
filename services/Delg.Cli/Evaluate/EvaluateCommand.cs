using System.CommandLine;

namespace Delg.Cli.Evaluate;

/// <summary><c>delg evaluate</c>: measures how good answers are. Each protocol is a verb of its own below it.</summary>
internal sealed class EvaluateCommand : Command
{
    public EvaluateCommand()
        : base("evaluate", "Measure how good answers are, by a stated protocol.")
    {
        Add(new EvaluateFoldersCommand());
    }
}
