using Delg.Cli.CommandLine;
using Delg.Cli.Output;
using Delg.V1;

namespace Delg.Cli.Index;

/// <summary>What became of a folder's pictures. Filled from several threads, read when they are done.</summary>
internal sealed class IngestReport
{
    private readonly Lock _gate = new();
    private readonly List<IngestFailure> _failures = [];

    /// <summary>Pictures tried.</summary>
    public int Images => Added + Replaced + Unchanged + _failures.Count;

    public int Added { get; private set; }

    public int Replaced { get; private set; }

    public int Unchanged { get; private set; }

    /// <summary>Local features stored by this run.</summary>
    public long LocalFeatures { get; private set; }

    /// <summary>In ascending order of image id.</summary>
    public IReadOnlyList<IngestFailure> Failures => [.. _failures.OrderBy(failure => failure.ImageId, StringComparer.Ordinal)];

    public ExitCode ExitCode => _failures.Count == 0 ? ExitCode.Done : _failures.Count == Images ? ExitCode.Failed : ExitCode.DoneInPart;

    public void Add(IndexImageResponse response)
    {
        lock (_gate)
        {
            LocalFeatures += response.LocalFeatureCount;
            switch (response.Outcome)
            {
                case IndexOutcome.Replaced:
                    Replaced++;
                    break;
                case IndexOutcome.Unchanged:
                    Unchanged++;
                    break;
                default:
                    Added++;
                    break;
            }
        }
    }

    public void Add(IngestFailure failure)
    {
        lock (_gate)
            _failures.Add(failure);
    }

    /// <summary>How many of what, for people.</summary>
    public string InWords() => $"{Added} added, {Replaced} replaced, {Unchanged} unchanged, {_failures.Count} failed";

    public void WriteFailures(Terminal terminal) => WriteFailures(Failures, terminal);

    /// <summary>One line for each failure, to standard error.</summary>
    public static void WriteFailures(IEnumerable<IngestFailure> failures, Terminal terminal)
    {
        foreach (var failure in failures)
            terminal.WriteProgressLine($"{failure.ImageId}: {failure.Message} [{failure.Reason}]");
    }
}
