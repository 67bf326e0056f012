using System.CommandLine;
using Delg.Cli.Bench.Extract;
using Delg.Cli.Bench.Load;
using Delg.Cli.Bench.Search;
using Delg.Cli.Bench.Verify;

namespace Delg.Cli.Bench;

/// <summary><c>delg bench</c>: measures how fast this machine is at each step. Each step is a verb of its own below it.</summary>
internal sealed class BenchCommand : Command
{
    public BenchCommand()
        : base("bench", "Measure how fast this machine is.")
    {
        Add(new BenchExtractCommand());
        Add(new BenchLoadCommand());
        Add(new BenchSearchCommand());
        Add(new BenchVerifyCommand());
    }
}
