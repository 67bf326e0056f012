using System.Diagnostics;

namespace Delg.Model.Extraction;

/// <summary>
/// Where the time of extractions went, added up. On a CUDA device the first stages end before their work does: what is measured there is
/// the time to queue it, and selection waits for it.
/// </summary>
public sealed class StageTimes
{
    private long _mark;

    /// <summary>Upload, normalisation, and the pyramid's levels.</summary>
    public TimeSpan Pyramid { get; private set; }

    /// <summary>Trunk, attention and pooling at all scales.</summary>
    public TimeSpan Network { get; private set; }

    /// <summary>Fetching the attention scores and choosing positions by them.</summary>
    public TimeSpan Select { get; private set; }

    /// <summary>Descriptors: whitening, the encoder on the chosen positions, lengths, the way back to the host.</summary>
    public TimeSpan Encode { get; private set; }

    internal void Start() => _mark = Stopwatch.GetTimestamp();

    internal void EndPyramid() => Pyramid += Lap();

    internal void EndNetwork() => Network += Lap();

    internal void EndSelect() => Select += Lap();

    internal void EndEncode() => Encode += Lap();

    private TimeSpan Lap()
    {
        long now = Stopwatch.GetTimestamp();
        TimeSpan lap = Stopwatch.GetElapsedTime(_mark, now);
        _mark = now;
        return lap;
    }
}
