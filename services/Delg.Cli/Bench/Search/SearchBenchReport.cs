using System.Text.Json.Serialization;
using Delg.Cli.Output;
using Spectre.Console;

namespace Delg.Cli.Bench.Search;

/// <summary>What <c>delg bench search</c> measured: the keys of its JSON.</summary>
internal sealed record SearchBenchReport
{
    /// <summary>Threads of a search and of a float32 scan.</summary>
    public required int Threads { get; init; }

    /// <summary>Components of a vector.</summary>
    public required int Dim { get; init; }

    /// <summary>Neighbours of a query.</summary>
    public required int TopK { get; init; }

    public required IReadOnlyList<SearchBenchRow> Rows { get; init; }

    public void Write(Terminal terminal)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(this);
            return;
        }

        terminal.WriteReportLine($"{Dim} components, the {TopK} nearest, {Threads} threads; milliseconds a query, medians.");
        var table = new Table().AddColumns("vectors", "data", "batch", "filter");
        foreach (var name in new[] { "ms", "float32 scan", "ratio", "GB/s", "bytes a vector", "memory MB", "mapped MB", "load s", "same answers" })
            table.AddColumn(new TableColumn(name).RightAligned());
        var hasMilvus = Rows.Any(row => row.MilvusMsPerQuery is not null);
        if (hasMilvus)
            table.AddColumn(new TableColumn("Milvus ms").RightAligned()).AddColumn(new TableColumn("Milvus recall").RightAligned());
        foreach (var row in Rows)
        {
            string[] cells =
            [
                $"{row.Vectors}", row.Data, $"{row.Batch}", row.FilterPercent == 100 ? "none" : $"keeps {row.FilterPercent} %",
                $"{row.MsPerQuery:0.00}", $"{row.Float32ScanMsPerQuery:0.00}", $"{row.Float32ScanMsPerQuery / row.MsPerQuery:0.0}",
                $"{row.GigabytesPerSecond:0.0}", $"{row.BytesPerVector}", $"{row.MemoryBytes / 1e6:0}", $"{row.MappedBytes / 1e6:0}", $"{row.LoadSeconds:0.0}",
                row.SameTopK ? $"{row.Queries} of {row.Queries}" : "NO",
            ];
            table.AddRow(hasMilvus ? [.. cells, $"{row.MilvusMsPerQuery:0.00}", $"{row.MilvusRecall:0.000}"] : cells);
        }

        terminal.Report.Write(table);
    }
}

/// <summary>One way of searching.</summary>
internal sealed record SearchBenchRow
{
    /// <summary>Vectors in the collection.</summary>
    public required int Vectors { get; init; }

    /// <summary><c>random</c> or <c>clustered</c>.</summary>
    public required string Data { get; init; }

    /// <summary>Queries searched together.</summary>
    public required int Batch { get; init; }

    /// <summary>Share of the vectors that the filter keeps; 100: there is no filter.</summary>
    public required int FilterPercent { get; init; }

    /// <summary>Queries asked; the answers of all were compared.</summary>
    public required int Queries { get; init; }

    public required double MsPerQuery { get; init; }

    [JsonPropertyName("float32_scan_ms_per_query")]
    public required double Float32ScanMsPerQuery { get; init; }

    /// <summary>Codes read for each call, by its time.</summary>
    public required double GigabytesPerSecond { get; init; }

    /// <summary>True when every answer was that of the float32 scan: ids, order and similarities.</summary>
    public required bool SameTopK { get; init; }

    /// <summary>Of the same searches in Milvus; null: none was asked.</summary>
    public double? MilvusMsPerQuery { get; init; }

    /// <summary>Share of the true neighbours that Milvus found, 0 to 1; null: none was asked.</summary>
    public double? MilvusRecall { get; init; }

    /// <summary>Memory that a search reads for one vector, bytes.</summary>
    public required long BytesPerVector { get; init; }

    /// <summary>Memory of the collection, bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Float32 vectors in a mapped file, bytes.</summary>
    public required long MappedBytes { get; init; }

    /// <summary>From opening the file of vectors, which the system may still have in memory, until the index could be asked.</summary>
    public required double LoadSeconds { get; init; }
}
