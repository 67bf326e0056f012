using System.Globalization;

namespace Delg.Training;

/// <summary>A CSV of every step. A resumed run drops the lines of steps it takes again.</summary>
internal sealed class MetricsLog : IDisposable
{
    private const string Header = "step,seconds,rate_factor,global_loss,accuracy,attention_loss,reconstruction_loss,global_gradient_norm,local_gradient_norm";

    private readonly StreamWriter _writer;

    /// <param name="path">Made, or gone on with.</param>
    /// <param name="steps">Steps whose lines stay.</param>
    public MetricsLog(string path, long steps)
    {
        string[] kept = File.Exists(path) ? [.. File.ReadLines(path).Skip(1).TakeWhile(l => long.TryParse(l.Split(',')[0], CultureInfo.InvariantCulture, out long s) && s <= steps)] : [];
        File.WriteAllLines(path, [Header, .. kept]);
        _writer = new StreamWriter(path, append: true) { AutoFlush = true };
    }

    public void Write(long step, double seconds, double factor, StepMetrics metrics) => _writer.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{step},{seconds:F1},{factor:F5},{metrics.GlobalLoss:F5},{metrics.Accuracy:F4},{metrics.AttentionLoss:F5},{metrics.ReconstructionLoss:G6},{metrics.GlobalGradientNorm:G5},{metrics.LocalGradientNorm:G5}"));

    public void Dispose() => _writer.Dispose();
}
