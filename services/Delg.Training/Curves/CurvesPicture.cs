using System.Globalization;
using Delg.Imaging;
using Delg.Imaging.Decoding;
using Delg.Imaging.Drawing;

namespace Delg.Training.Curves;

/// <summary>The curves of a run's metrics, as a PNG beside them.</summary>
internal static class CurvesPicture
{
    // Steps are noisy and many; each point is the mean of as many steps as leave this many points.
    private const int Points = 200;

    /// <summary>Draws what the metrics files hold by now.</summary>
    public static void Write(RunFiles files)
    {
        IReadOnlyDictionary<string, double[]> training = Columns(files.Metrics), validation = Columns(files.Validation);
        RgbImage picture = LineChart.Draw(
        [
            new("global loss", [Trained("global_loss"), Validated("validation", "global_loss")]),
            new("share right, validation mAP", [Trained("accuracy"), Validated("validation", "accuracy"), Validated("mAP", "map")]),
            new("attention loss", [Trained("attention_loss"), Validated("validation", "attention_loss")]),
            new("reconstruction loss", [Trained("reconstruction_loss"), Validated("validation", "reconstruction_loss")]),
        ]);
        File.WriteAllBytes(files.Curves, ImageEncoder.Png(picture));

        ChartLine Trained(string column) => new("training", Smoothed(Line(training, column)));
        ChartLine Validated(string name, string column) => new(name, Line(validation, column));
    }

    private static (double X, double Y)[] Line(IReadOnlyDictionary<string, double[]> columns, string column) =>
        columns.TryGetValue(column, out double[]? values) ? [.. columns["step"].Zip(values).Where(p => double.IsFinite(p.Second))] : [];

    private static (double X, double Y)[] Smoothed((double X, double Y)[] line) =>
        [.. line.Chunk((line.Length + Points - 1) / Points is var size and > 0 ? size : 1).Select(c => (c.Average(p => p.X), c.Average(p => p.Y)))];

    private static Dictionary<string, double[]> Columns(string path)
    {
        if (!File.Exists(path)) return [];
        string[][] rows = [.. File.ReadLines(path).Select(l => l.Split(','))];
        return rows[0].Select((name, i) => (name, i)).ToDictionary(
            c => c.name, c => rows.Skip(1).Select(r => double.Parse(r[c.i], CultureInfo.InvariantCulture)).ToArray());
    }
}
