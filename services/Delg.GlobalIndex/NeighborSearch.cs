using Delg.GlobalIndex.Filters;
using Delg.V1;

namespace Delg.GlobalIndex;

/// <summary>Queries that share one pass over a collection.</summary>
/// <param name="Collection">The collection the queries were checked against.</param>
/// <param name="Queries">Unit-length vectors of the collection's size.</param>
/// <param name="TopK">Neighbours a query, at least 1.</param>
/// <param name="MinSimilarity">Neighbours below this cosine similarity are left out; null: none are.</param>
/// <param name="ExcludeImageIds">Ids to leave out.</param>
/// <param name="Filter">Only entries that it keeps are found; null: all are.</param>
internal sealed record NeighborSearch(
    Collection Collection, IReadOnlyList<float[]> Queries, int TopK, float? MinSimilarity, IReadOnlySet<string> ExcludeImageIds,
    Filter? Filter);
