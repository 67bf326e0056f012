using System.Diagnostics;
using Spectre.Console;

namespace Delg.Cli.Output;

/// <summary>
/// Tells how far a count of like pieces of work has come, how fast it goes and how long it will take: a bar on a terminal, a line now and then
/// elsewhere.
/// </summary>
internal static class WorkProgress
{
    /// <summary>Runs work that is counted.</summary>
    /// <param name="terminal">Where to tell.</param>
    /// <param name="title">What is being done, e.g. <c>Indexing</c>.</param>
    /// <param name="total">Pieces there are.</param>
    /// <param name="work">Calls its argument once for each piece done, from any thread.</param>
    public static async Task TrackAsync(Terminal terminal, string title, int total, Func<Action, Task> work)
    {
        if (!terminal.Progress.Profile.Capabilities.Interactive)
        {
            var lines = new ProgressLines(terminal, title, total);
            await work(lines.Advance);
            lines.Finish();
            return;
        }

        await terminal.Progress.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new CountColumn(), new RateColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask(Markup.Escape(title), maxValue: Math.Max(total, 1));
                await work(() => task.Increment(1));
                task.Value = task.MaxValue;
            });
    }

    /// <summary>Progress as lines of text, at most one every few seconds.</summary>
    private sealed class ProgressLines(Terminal terminal, string title, int total)
    {
        private static readonly TimeSpan _pause = TimeSpan.FromSeconds(10);

        private readonly Lock _gate = new();
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private TimeSpan _nextLine = _pause;
        private int _done;

        public void Advance()
        {
            lock (_gate)
            {
                _done++;
                if (_watch.Elapsed < _nextLine || _done == total)
                    return;
                _nextLine = _watch.Elapsed + _pause;
                var left = _watch.Elapsed / _done * (total - _done);
                terminal.WriteProgressLine($"{title}: {_done} of {total}, {_done / _watch.Elapsed.TotalSeconds:0.0}/s, {Duration.InWords(left)} left");
            }
        }

        public void Finish() => terminal.WriteProgressLine($"{title}: {_done} of {total} in {Duration.InWords(_watch.Elapsed)}");
    }
}
