using Delg.Cli.Output;
using Spectre.Console;

namespace Delg.Cli.Bench.Extract;

/// <summary>What <c>delg bench extract</c> found: the keys of its JSON.</summary>
internal sealed record ExtractBenchReport
{
    public required string ModelId { get; init; }

    public required string Device { get; init; }

    /// <summary>Processor cores of this machine.</summary>
    public required int Cores { get; init; }

    public required int Repeats { get; init; }

    public IReadOnlyList<ExtractBenchRow> Rows { get; init; } = [];

    /// <summary>Null without photos.</summary>
    public PrecisionAgreement? Agreement { get; init; }

    /// <summary>Empty unless it was asked for.</summary>
    public IReadOnlyList<MemorySample> Soak { get; init; } = [];

    public void Write(Terminal terminal)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(this);
            return;
        }

        if (Rows.Count > 0)
        {
            terminal.WriteReportLine($"{ModelId} on {Device}, {Cores} cores; milliseconds a picture, medians of {Repeats}; float32: the trunk's passes in plain float32, batch 1.");
            terminal.Report.Write(Table());
        }

        if (Agreement is { } agreement)
        {
            terminal.WriteReportLine(
                $"bfloat16 and float32 on {agreement.Images} photos at {agreement.Side} pixels: cosine of global descriptors {agreement.CosineMean:0.00000} (lowest {agreement.CosineMin:0.00000}), " +
                $"same keypoints {agreement.SameKeypointsMean:0.0 %} (lowest {agreement.SameKeypointsMin:0.0 %}).");
        }

        foreach (var sample in Soak)
            terminal.WriteReportLine($"after {sample.Images} pictures: {sample.ResidentMb:0} MB");
    }

    private Table Table()
    {
        var table = new Table();
        foreach (var title in new[] { "side", "scales", "batch", "precision", "whole", "images/s", "trunk", "float32", "whole/trunk", "trunk/float32", "decode", "resize", "pyramid", "network", "select", "encode" })
            table.AddColumn(new TableColumn(title).RightAligned());
        foreach (var row in Rows)
        {
            table.AddRow(
                $"{row.Side}", $"{row.Scales}+{row.GlobalScales}", $"{row.Batch}", row.Precision, $"{row.MsPerImage:0}", $"{row.ImagesPerSecond:0.00}", $"{row.TrunkMs:0}",
                $"{row.TrunkFloat32Ms:0}", $"{row.WholeOverTrunk:0.000}", $"{row.TrunkOverFloat32:0.000}", $"{row.DecodeMs:0.0} ({row.Shares["decode"]:0.0 %})",
                $"{row.ResizeMs:0.0} ({row.Shares["resize"]:0.0 %})", $"{row.PyramidMs:0.0}", $"{row.NetworkMs:0.0} ({row.Shares["network"]:0.0 %})",
                $"{row.SelectMs:0.0} ({row.Shares["select"]:0.0 %})", $"{row.EncodeMs:0.0} ({row.Shares["encode"]:0.0 %})");
        }

        return table;
    }
}
