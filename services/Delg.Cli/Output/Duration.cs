namespace Delg.Cli.Output;

/// <summary>Lengths of time for people.</summary>
internal static class Duration
{
    /// <summary>Two units at most: <c>850 ms</c>, <c>12.3 s</c>, <c>3 min 5 s</c>, <c>2 h 10 min</c>.</summary>
    public static string InWords(TimeSpan time) => time.TotalSeconds switch
    {
        < 1 => $"{time.TotalMilliseconds:0} ms",
        < 60 => $"{time.TotalSeconds:0.0} s",
        < 3600 => $"{(int)time.TotalMinutes} min {time.Seconds} s",
        _ => $"{(int)time.TotalHours} h {time.Minutes} min",
    };
}
