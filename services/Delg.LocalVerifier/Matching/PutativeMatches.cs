using Delg.LocalVerifier.Matching.Kernels;
using Delg.V1;

namespace Delg.LocalVerifier.Matching;

/// <summary>Pairs of features near enough to mean the same point. Reused from pair to pair; not for two threads at once.</summary>
internal sealed class PutativeMatches
{
    private readonly NearestNeighbors _neighbors = new();
    private int[] _query = [];
    private int[] _candidate = [];
    private float[] _distance = [];

    /// <summary>Matches found.</summary>
    public int Count { get; private set; }

    /// <summary>Query feature of each match, ascending.</summary>
    public ReadOnlySpan<int> Query => _query.AsSpan(0, Count);

    /// <summary>Candidate feature of each match.</summary>
    public ReadOnlySpan<int> Candidate => _candidate.AsSpan(0, Count);

    /// <summary>Descriptor distance of each match: L2 of unit vectors for FLOAT32 and INT8, Hamming bits for BINARY.</summary>
    public ReadOnlySpan<float> Distance => _distance.AsSpan(0, Count);

    /// <summary>Finds the matches of a pair.</summary>
    /// <param name="query">Query features.</param>
    /// <param name="candidate">Candidate features, same encoding and dim.</param>
    /// <param name="maxDistance">
    /// A match is nearer than this: L2 distance of unit vectors. BINARY: the Hamming distance of the same angle, see <see cref="HammingLimit"/>.
    /// </param>
    /// <param name="mutual">Keep only matches that are nearest in both directions.</param>
    /// <param name="path">Instructions to use.</param>
    public void Find(FeatureSet query, FeatureSet candidate, float maxDistance, bool mutual, InstructionPath path)
    {
        Count = 0;
        if (query.Count == 0 || candidate.Count == 0)
            return;
        if (_query.Length < query.Count)
        {
            _query = new int[query.Count];
            _candidate = new int[query.Count];
            _distance = new float[query.Count];
        }

        _neighbors.Find(query, candidate, path);
        var binary = query.Encoding == DescriptorEncoding.Binary;
        var limit = binary ? HammingLimit(maxDistance, query.Dim) : maxDistance;
        for (var feature = 0; feature < query.Count; feature++)
        {
            var nearest = _neighbors.CandidateOfQuery[feature];
            if (mutual && _neighbors.QueryOfCandidate[nearest] != feature)
                continue;
            var similarity = _neighbors.Similarity[feature];
            var distance = binary ? -similarity : UnitDistance(similarity, query.InverseNorms[feature], candidate.InverseNorms[nearest]);
            if (!(distance < limit))
                continue;
            _query[Count] = feature;
            _candidate[Count] = nearest;
            _distance[Count++] = distance;
        }
    }

    /// <summary>
    /// Hamming distance at the angle of an L2 distance between unit vectors. The signs of two vectors at angle θ differ, for components
    /// without a preferred direction, in dim · θ / π places on average; θ = 2 asin(distance / 2). L2 1.0 is 60°, a third of the bits.
    /// </summary>
    public static float HammingLimit(float distance, int dim) => (float)(dim * 2 * Math.Asin(Math.Min(distance, 2) / 2.0) / Math.PI);

    // A zero vector has no direction: it is as far as can be from everything, so that no limit lets it through.
    private static float UnitDistance(float dot, float inverseNormA, float inverseNormB) =>
        inverseNormA == 0 || inverseNormB == 0 ? float.PositiveInfinity : MathF.Sqrt(MathF.Max(0, 2 - (2 * (dot * inverseNormA * inverseNormB))));
}
