using System.Globalization;

namespace Delg.Training;

/// <summary>A CSV whose lines begin with a step. A resumed run drops the lines of steps it takes again.</summary>
internal sealed class StepLog : IDisposable
{
    private readonly StreamWriter _writer;

    /// <param name="path">Made, or gone on with.</param>
    /// <param name="header">Names of the columns.</param>
    /// <param name="steps">Steps whose lines stay; lines of none stay for -1.</param>
    public StepLog(string path, string header, long steps)
    {
        string[] kept = File.Exists(path) ? [.. File.ReadLines(path).Skip(1).TakeWhile(l => long.TryParse(l.Split(',')[0], CultureInfo.InvariantCulture, out long s) && s <= steps)] : [];
        File.WriteAllLines(path, [header, .. kept]);
        _writer = new StreamWriter(path, append: true) { AutoFlush = true };
    }

    public void Write(FormattableString line) => _writer.WriteLine(FormattableString.Invariant(line));

    public void Dispose() => _writer.Dispose();
}
