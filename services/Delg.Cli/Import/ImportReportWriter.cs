using Delg.Cli.Model;
using Delg.Cli.Output;
using Delg.Model.Weights.Import;

namespace Delg.Cli.Import;

/// <summary>Tells which tensors were used, which were not, and which were missing.</summary>
internal static class ImportReportWriter
{
    public static void Write(Terminal terminal, string output, ImportReport report)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(new
            {
                Out = output,
                report.Format,
                report.Family,
                ModelId = report.ModelId?.ToString(),
                Layout = LayoutReport.Of(report.Layout),
                AttentionThreshold = report.Manifest?.AttentionThreshold,
                Used = report.Used.Select(u => new { u.Tensor.Name, Type = u.Tensor.TypeName, u.Tensor.Shape, Becomes = u.BecomesName }),
                Unused = report.Unused.Select(t => new { t.Name, Type = t.TypeName, t.Shape }),
                Missing = report.Missing.Select(m => new { m.Name, m.Reason }),
                report.Remarks,
            });
            return;
        }

        foreach (var used in report.Used)
            terminal.WriteReportLine($"used     {Describe(used.Tensor)} → {used.BecomesName ?? "the layout"}");
        foreach (var tensor in report.Unused)
            terminal.WriteReportLine($"unused   {Describe(tensor)}");
        foreach (var missing in report.Missing)
            terminal.WriteReportLine($"missing  {missing.Name}, zero in its place: {missing.Reason}");
        foreach (var remark in report.Remarks)
            terminal.WriteReportLine(remark);
        terminal.WriteReportLine(
            $"{report.ModelId?.ToString() ?? "A trunk"} from a {report.Format}, {report.Family}: "
            + $"{report.Used.Count} tensors used, {report.Unused.Count} not, {report.Missing.Count} missing: {output}");
    }

    private static string Describe(CheckpointTensor tensor) => $"{tensor.Name} {tensor.TypeName} [{string.Join(", ", tensor.Shape)}]";
}
