using Delg.V1;

namespace Delg.Cli.Bench.Load;

/// <summary>Where the time of a search went, milliseconds: in an answer as its gateway saw it, in a row the median of each.</summary>
/// <param name="ExtractMs">Extracting the query's descriptors, or reading them.</param>
/// <param name="SearchMs">Global search.</param>
/// <param name="VerifyMs">Verification of the candidates.</param>
internal sealed record LoadStages(double ExtractMs, double SearchMs, double VerifyMs)
{
    /// <summary>All stages together.</summary>
    public double SumMs() => ExtractMs + SearchMs + VerifyMs;

    /// <summary>Stages of an answer; a load asks for no others.</summary>
    public static LoadStages Of(SearchTimings timings) => new(timings.ExtractMs, timings.SearchMs, timings.VerifyMs);

    /// <summary>Median of each stage; null of none.</summary>
    public static LoadStages? Median(IReadOnlyList<LoadStages> stages) => stages.Count == 0
        ? null
        : new LoadStages(Median(stages, one => one.ExtractMs), Median(stages, one => one.SearchMs), Median(stages, one => one.VerifyMs));

    private static double Median(IReadOnlyList<LoadStages> stages, Func<LoadStages, double> stage) => Quantiles.Of(stages.Select(stage), 0.5)!.Value;
}
