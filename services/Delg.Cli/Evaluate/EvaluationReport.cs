using Delg.Cli.Output;
using Delg.Evaluation.Protocols;
using Spectre.Console;

namespace Delg.Cli.Evaluate;

/// <summary>What <c>delg evaluate folders</c> found: the keys of its JSON.</summary>
internal sealed record EvaluationReport
{
    /// <summary>The weights measured.</summary>
    public required string ModelId { get; init; }

    /// <summary>Arithmetic of the convolutions.</summary>
    public required string Precision { get; init; }

    /// <summary>Pictures in the index, queries included.</summary>
    public required int Images { get; init; }

    public required int Distractors { get; init; }

    public required int Queries { get; init; }

    /// <summary>Candidates verified for each query.</summary>
    public required int Depth { get; init; }

    public required double FusionWeight { get; init; }

    public required int FusionCap { get; init; }

    /// <summary>How AP is defined.</summary>
    public string AveragePrecision { get; } = "trapezoid";

    public required double ExtractSeconds { get; init; }

    public required double RankSeconds { get; init; }

    /// <summary>Mean time of one verification, by method.</summary>
    public required IReadOnlyDictionary<string, double> VerifyMs { get; init; }

    /// <summary>Scores by the name of the method.</summary>
    public required IReadOnlyDictionary<string, MethodScores> Methods { get; init; }

    /// <summary>Pictures that could not be described, with the reason; they are not in the index.</summary>
    public required IReadOnlyDictionary<string, string> Failed { get; init; }

    public void Write(Terminal terminal)
    {
        foreach (var (path, reason) in Failed)
            terminal.WriteProgressLine($"{path}: {reason}");
        if (terminal.IsJson)
        {
            terminal.WriteJson(this);
            return;
        }

        terminal.WriteReportLine(
            $"{Queries} queries, {Images} pictures of which {Distractors} distractors; {ModelId}, {Precision}; the best {Depth} verified; fused: similarity + {FusionWeight} × min(effective inliers, {FusionCap}) / {FusionCap}.");
        terminal.WriteReportLine("mAP (trapezoid AP), and recall@1 in brackets: means over the queries of a family; the last row is the mean over families.");
        terminal.Report.Write(TableByFamily());
        terminal.WriteReportLine(
            $"Extracted in {Duration.InWords(TimeSpan.FromSeconds(ExtractSeconds))}, ranked in {Duration.InWords(TimeSpan.FromSeconds(RankSeconds))}; " +
            $"one verification: {string.Join(", ", VerifyMs.Select(time => $"{time.Key} {time.Value:0.00} ms"))}.");
    }

    private Table TableByFamily()
    {
        var table = new Table().AddColumn("family").AddColumn(new TableColumn("queries").RightAligned());
        foreach (var method in Methods.Keys)
            table.AddColumn(new TableColumn(Markup.Escape(method)).RightAligned());
        var first = Methods.Values.First();
        foreach (var family in first.Families.Keys)
            table.AddRow([family, $"{first.Families[family].Queries}", .. Methods.Values.Select(method => Cell(method.Families[family].Map, method.Families[family].RecallAt1))]);
        table.AddEmptyRow();
        return table.AddRow(["mean", $"{Queries}", .. Methods.Values.Select(method => Cell(method.Map, method.RecallAt1))]);
    }

    private static string Cell(double map, double recallAt1) => $"{map:0.000} ({recallAt1:0.000})";
}
