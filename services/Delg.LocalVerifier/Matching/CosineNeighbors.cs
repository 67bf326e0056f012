using Delg.LocalVerifier.Matching.Kernels;

namespace Delg.LocalVerifier.Matching;

/// <summary>
/// Nearest neighbours of FLOAT32 and INT8 descriptors by cosine, exactly: a <see cref="DotScreen"/> says which pairs it can be, their exact cosines
/// decide, ties go to the lowest index. Reused from pair to pair; not for two threads at once.
/// </summary>
internal sealed class CosineNeighbors
{
    // Much more than the rounding of a limit to a float and of a cosine to a double.
    private const double CosineTolerance = 1e-6;

    // Stands for a neighbour that is needed: a query feature's when it may have a match, a candidate feature's when it is some query feature's nearest.
    private const int Wanted = -2;

    private readonly DotScreen _screen = new();
    private double[] _cosineOfQuery = [];
    private double[] _cosineOfCandidate = [];
    private int[] _candidateOfQuery = [];
    private int[] _queryOfCandidate = [];

    /// <summary>Nearest candidate feature of each query feature; -1 where none is near enough, or not nearest in both directions when that was asked for.</summary>
    public ReadOnlySpan<int> CandidateOfQuery => _candidateOfQuery;

    /// <summary>L2 distance, of unit vectors, at a cosine.</summary>
    public static float Distance(double cosine) => (float)Math.Sqrt(Math.Max(0, 2 - (2 * cosine)));

    /// <summary>L2 distance of a query feature from its neighbour in <see cref="CandidateOfQuery"/>.</summary>
    public float DistanceOf(int query) => Distance(_cosineOfQuery[query]);

    /// <summary>Fills the columns.</summary>
    /// <param name="query">At least one feature.</param>
    /// <param name="candidate">At least one feature, same encoding and dim.</param>
    /// <param name="maxDistance">A neighbour is nearer than this: L2 distance of unit vectors, above 0 to 2.</param>
    /// <param name="mutual">Keep only neighbours that are nearest in both directions.</param>
    /// <param name="path">Instructions to use.</param>
    /// <param name="cancellation">Looked at every few candidate features.</param>
    public void Find(FeatureSet query, FeatureSet candidate, float maxDistance, bool mutual, InstructionPath path, CancellationToken cancellation)
    {
        Prepare(query.Count, candidate.Count);
        _screen.Find(query, candidate, 1 - ((double)maxDistance * maxDistance / 2) - CosineTolerance, mutual, path, cancellation);
        foreach (ref readonly var pair in _screen.Pairs)
        {
            if (pair.MayBeNearestOfQuery && (pair.MayBeNearestOfCandidate || !mutual))
                _candidateOfQuery[pair.Query] = Wanted;
        }

        foreach (ref var pair in _screen.Pairs)
        {
            if (pair.MayBeNearestOfQuery && _candidateOfQuery[pair.Query] != -1 &&
                Cosine(query, candidate, ref pair) is var cosine && cosine > _cosineOfQuery[pair.Query])
                (_cosineOfQuery[pair.Query], _candidateOfQuery[pair.Query]) = (cosine, pair.Candidate);
        }

        for (var feature = 0; feature < query.Count; feature++)
        {
            var nearest = _candidateOfQuery[feature];
            if (nearest >= 0 && DistanceOf(feature) < maxDistance)
                _queryOfCandidate[nearest] = Wanted;
            else
                _candidateOfQuery[feature] = -1;
        }

        if (mutual)
            KeepMutual(query, candidate);
    }

    private void KeepMutual(FeatureSet query, FeatureSet candidate)
    {
        foreach (ref var pair in _screen.Pairs)
        {
            if (pair.MayBeNearestOfCandidate && _queryOfCandidate[pair.Candidate] != -1 &&
                Cosine(query, candidate, ref pair) is var cosine && cosine > _cosineOfCandidate[pair.Candidate])
                (_cosineOfCandidate[pair.Candidate], _queryOfCandidate[pair.Candidate]) = (cosine, pair.Query);
        }

        for (var feature = 0; feature < query.Count; feature++)
        {
            if (_candidateOfQuery[feature] is >= 0 and var nearest && _queryOfCandidate[nearest] != feature)
                _candidateOfQuery[feature] = -1;
        }
    }

    private double Cosine(FeatureSet query, FeatureSet candidate, ref NeighborPair pair) =>
        pair.Cosine ??= DescriptorProducts.Dot(query.Descriptor(pair.Query), candidate.Descriptor(pair.Candidate), query.Encoding) *
            query.DotPanels.InverseLength[pair.Query] * _screen.InverseLength[pair.Candidate];

    private void Prepare(int queries, int candidates)
    {
        if (_candidateOfQuery.Length < queries)
        {
            _candidateOfQuery = new int[queries];
            _cosineOfQuery = new double[queries];
        }

        if (_queryOfCandidate.Length < candidates)
        {
            _queryOfCandidate = new int[candidates];
            _cosineOfCandidate = new double[candidates];
        }

        Array.Fill(_candidateOfQuery, -1, 0, queries);
        Array.Fill(_cosineOfQuery, double.NegativeInfinity, 0, queries);
        Array.Fill(_queryOfCandidate, -1, 0, candidates);
        Array.Fill(_cosineOfCandidate, double.NegativeInfinity, 0, candidates);
    }
}
