using Delg.Cli.Files;
using Delg.V1;

namespace Delg.Cli.Demo;

/// <summary>One query of the demo and what came back.</summary>
/// <param name="Query">The photo asked; it is not in its own answer.</param>
/// <param name="Hits">Best first.</param>
/// <param name="Time">From the question to the answer.</param>
internal sealed record DemoAnswer(ImageFile Query, IReadOnlyList<Hit> Hits, TimeSpan Time)
{
    public Hit? Best => Hits.Count > 0 ? Hits[0] : null;

    /// <summary>Whether the best hit is of the query's group.</summary>
    public bool IsRight => Best is not null && IsOfGroup(Best);

    /// <summary>Whether a hit lies in the query's folder.</summary>
    public bool IsOfGroup(Hit hit) => ImageFile.GroupOf(hit.ImageId) == Query.Group;
}
