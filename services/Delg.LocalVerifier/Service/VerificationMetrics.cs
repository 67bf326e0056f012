using System.Diagnostics.Metrics;
using Delg.V1;

namespace Delg.LocalVerifier.Service;

/// <summary>What the service measures about itself.</summary>
internal sealed class VerificationMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Delg.LocalVerifier";

    private readonly Counter<long> _candidates;
    private readonly Histogram<int> _inliers;
    private readonly Histogram<double> _duration;

    public VerificationMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _candidates = meter.CreateCounter<long>("delg.verifier.candidates", "{candidate}", "Candidates answered, by status.");
        _inliers = meter.CreateHistogram<int>("delg.verifier.inliers", "{inlier}", "Effective inliers of a compared candidate.");
        _duration = meter.CreateHistogram<double>("delg.verifier.duration", "ms", "Decoding, matching and geometry of one candidate.");
    }

    public void Compared(PairVerification outcome, TimeSpan duration)
    {
        _inliers.Record(outcome.EffectiveInliers);
        _duration.Record(duration.TotalMilliseconds);
    }

    public void Answered(CandidateStatus status) => _candidates.Add(1, new KeyValuePair<string, object?>("status", NameOf(status)));

    private static string NameOf(CandidateStatus status) => status switch
    {
        CandidateStatus.Compared => "compared",
        CandidateStatus.NotFound => "not_found",
        CandidateStatus.Damaged => "damaged",
        CandidateStatus.Unfinished => "unfinished",
        _ => "model_mismatch",
    };
}
