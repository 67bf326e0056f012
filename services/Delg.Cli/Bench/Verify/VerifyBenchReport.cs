using Delg.Cli.Output;
using Spectre.Console;

namespace Delg.Cli.Bench.Verify;

/// <summary>What <c>delg bench verify</c> measured: the keys of its JSON.</summary>
internal sealed record VerifyBenchReport
{
    /// <summary>Processors the process may use.</summary>
    public required int Processors { get; init; }

    /// <summary>Vector instructions of the matching kernels.</summary>
    public required string Instructions { get; init; }

    /// <summary>Queries measured for each row.</summary>
    public required int Queries { get; init; }

    public required IReadOnlyList<VerifyBenchRow> Rows { get; init; }

    /// <summary>Null where calls ended before they could be cancelled.</summary>
    public required CancelTimes? Cancel { get; init; }

    public void Write(Terminal terminal)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(this);
            return;
        }

        var table = new Table().AddColumn("encoding").AddColumn("true").AddColumn("candidates from");
        foreach (var column in new[] { "queries at once", "ms a query", "× memory", "KB allocated a query", "verified" })
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var row in Rows)
        {
            table.AddRow(
                row.Encoding, $"{row.TruePercent} %", row.Store, $"{row.Concurrency}", $"{row.MsPerQuery:0.0}", $"{row.TimesMemory:0.00}",
                $"{row.AllocatedBytesPerQuery / 1024.0:0}", $"{row.Verified} of {row.Candidates}");
        }

        terminal.Report.Write(table);
        terminal.WriteReportLine($"{Processors} processors, {Instructions}; {Queries} queries a row, medians. Time of several at once is divided by their number.");
        if (Cancel is { } cancel)
            terminal.WriteReportLine($"Work for a cancelled call ends after {cancel.MedianMs:0.0} ms, {cancel.WorstMs:0.0} ms at most ({cancel.Calls} calls over gRPC).");
    }
}
