using System.Diagnostics;

namespace Delg.Gateway.Searching;

/// <summary>Times the parts of one search, milliseconds.</summary>
internal sealed class StageClock
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _lap;

    public StageClock() => _lap = _start;

    /// <summary>Since the last lap, or since the start.</summary>
    public float Lap()
    {
        var now = Stopwatch.GetTimestamp();
        var since = Stopwatch.GetElapsedTime(_lap, now);
        _lap = now;
        return (float)since.TotalMilliseconds;
    }

    /// <summary>Since the start.</summary>
    public float Total() => (float)Stopwatch.GetElapsedTime(_start).TotalMilliseconds;
}
