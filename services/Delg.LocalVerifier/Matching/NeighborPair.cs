namespace Delg.LocalVerifier.Matching;

/// <summary>A query's and a candidate's feature that may be nearest neighbours.</summary>
/// <param name="Query">Query feature.</param>
/// <param name="Candidate">Candidate feature.</param>
/// <param name="Product">Dot product of their rounded descriptors.</param>
internal record struct NeighborPair(int Query, int Candidate, short Product)
{
    /// <summary>No other candidate feature is surely nearer to the query's.</summary>
    public bool MayBeNearestOfQuery { get; init; }

    /// <summary>No other query feature is surely nearer to the candidate's.</summary>
    public bool MayBeNearestOfCandidate { get; init; }

    /// <summary>Exact cosine of their descriptors; null until somebody needed it.</summary>
    public double? Cosine { get; set; }
}
