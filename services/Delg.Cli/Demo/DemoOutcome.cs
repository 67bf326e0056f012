using Delg.Cli.Connection;
using Delg.Cli.Index;
using Delg.Cli.Search;

namespace Delg.Cli.Demo;

/// <summary>Everything the demo found.</summary>
/// <param name="Ingest">What became of the pictures.</param>
/// <param name="Answers">One a group.</param>
/// <param name="Pictures">Full paths of the match pictures.</param>
/// <param name="Time">From the start of the command.</param>
/// <param name="System">What serves the pictures.</param>
internal sealed record DemoOutcome(IngestReport Ingest, IReadOnlyList<DemoAnswer> Answers, IReadOnlyList<string> Pictures, TimeSpan Time, EmbeddedSystem System)
{
    /// <summary>Queries whose best hit is of their group.</summary>
    public int Right => Answers.Count(answer => answer.IsRight);

    /// <summary>The outcome as scripts read it.</summary>
    public object ToReport() => new
    {
        Ingest.Images,
        Queries = Answers.Count,
        Right,
        Seconds = Time.TotalSeconds,
        Pictures,
        Answers = Answers.Select(answer => new
        {
            Query = answer.Query.Id,
            Right = answer.IsRight,
            SearchMs = answer.Time.TotalMilliseconds,
            Hits = answer.Hits.Select(HitReport.Of),
        }),
        Failed = Ingest.Failures,
        System.Addresses,
    };
}
