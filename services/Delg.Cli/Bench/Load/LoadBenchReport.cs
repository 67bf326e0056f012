using System.Text.Json.Serialization;
using Delg.Cli.Output;
using Spectre.Console;

namespace Delg.Cli.Bench.Load;

/// <summary>What <c>delg bench load</c> measured: the keys of its JSON.</summary>
internal sealed record LoadBenchReport
{
    /// <summary>Processors the process may use; an embedded system shares them with the load.</summary>
    public required int Processors { get; init; }

    /// <summary>Synthetic entries in the collection.</summary>
    public required int Entries { get; init; }

    /// <summary>Photos indexed beside them.</summary>
    public required int Photos { get; init; }

    /// <summary>Candidates of a search that are verified.</summary>
    public required int Candidates { get; init; }

    /// <summary>Local features of a query, on average.</summary>
    public required double Features { get; init; }

    /// <summary>Local features of an entry that no query meets.</summary>
    public required int FarFeatures { get; init; }

    public required IReadOnlyList<LoadBenchRow> Rows { get; init; }

    /// <summary>Absent when there was none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LoadOverload? Overload { get; init; }

    public void Write(Terminal terminal)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(this);
            return;
        }

        terminal.WriteReportLine(
            $"{Entries} synthetic entries and {Photos} photos; {Candidates} candidates verified, {Features:0} local features a query; {Processors} processors. Milliseconds from the time a call was due.");
        var table = new Table().AddColumn("search by");
        foreach (var name in new[] { "a second", "sent", "answered", "right", "rejected", "late", "failed", "p50 ms", "p99 ms", "extract ms", "search ms", "verify ms", "gateway ms" })
            table.AddColumn(new TableColumn(name).RightAligned());
        foreach (var row in Rows)
        {
            table.AddRow(
                row.Query == LoadPhases.Services ? "features, no gateway" : row.Query, $"{row.Rate:0.##}", $"{row.Sent}", $"{row.Answered}", $"{row.Right}", $"{row.Rejected}", $"{row.Late}", $"{row.Failed}",
                $"{row.P50Ms:0.0}", $"{row.P99Ms:0.0}",
                $"{row.Stages?.ExtractMs:0.0}", $"{row.Stages?.SearchMs:0.0}", $"{row.Stages?.VerifyMs:0.0}", $"{row.GatewayMs:0.00}");
        }

        terminal.Report.Write(table);
        if (Overload is { } over)
            Write(terminal, over);
    }

    private static void Write(Terminal terminal, LoadOverload over)
    {
        terminal.WriteReportLine(
            $"Overload: {over.Rate:0.0} photos a second for {over.Seconds:0} s, where {over.Capacity:0.00} can be done; each waits {over.DeadlineSeconds:0} s at most.");
        terminal.WriteReportLine(
            $"  {over.Sent} sent, {over.Answered} answered ({over.AnsweredP50Ms:0} ms), {over.Rejected} rejected ({over.RejectedP50Ms:0.0} ms, p99 {over.RejectedP99Ms:0.0} ms), {over.Late} late, {over.Failed} failed; searches by features meanwhile {over.FeaturesP50Ms:0} ms.");
        terminal.WriteReportLine(over.RecoverySeconds is { } seconds ? $"  As before {seconds:0.0} s after its end." : "  Not as before when it was given up.");
    }
}
