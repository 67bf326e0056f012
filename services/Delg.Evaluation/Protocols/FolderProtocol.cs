using Delg.Evaluation.Metrics;

namespace Delg.Evaluation.Protocols;

/// <summary>
/// Each image of a group is a query once; the index is every other image, distractors included; positives are the other images of its
/// group. A group of one has no positives and is never asked, but stays in the index.
/// </summary>
public sealed class FolderProtocol
{
    private readonly IReadOnlyList<GroupedImage> _images;
    private readonly Dictionary<string, int> _groupSizes;

    /// <param name="images">All images; everything below speaks of them by position.</param>
    public FolderProtocol(IReadOnlyList<GroupedImage> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        _images = images;
        _groupSizes = images.Where(image => image.Group is not null)
            .GroupBy(image => image.Group!, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        Queries = [.. Enumerable.Range(0, images.Count).Where(i => PositiveCount(i) > 0)];
    }

    /// <summary>Positions of the images that are asked, ascending.</summary>
    public IReadOnlyList<int> Queries { get; }

    /// <summary>Judges one answer.</summary>
    /// <param name="query">The image asked, one of <see cref="Queries"/>.</param>
    /// <param name="answer">Positions of all other images, best first. One that is left out counts as never found.</param>
    /// <exception cref="ArgumentException">The query is in its own answer.</exception>
    public QueryOutcome Judge(int query, IReadOnlyList<int> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var group = _images[query].Group;
        var ranks = new List<int>();
        for (var rank = 0; rank < answer.Count; rank++)
        {
            if (answer[rank] == query)
                throw new ArgumentException($"Image {query} is in its own answer.", nameof(answer));
            if (_images[answer[rank]].Group == group)
                ranks.Add(rank);
        }

        return new QueryOutcome(
            _images[query].Family!,
            AveragePrecision.Trapezoid(ranks, PositiveCount(query)),
            RecallAtK.AnyFound(ranks, 1));
    }

    private int PositiveCount(int image) => _images[image].Group is { } group ? _groupSizes[group] - 1 : 0;
}
