using Delg.LocalVerifier.Matching.Kernels;
using Delg.V1;

namespace Delg.LocalVerifier.Matching;

/// <summary>Pairs of features near enough to mean the same point. Reused from pair to pair; not for two threads at once.</summary>
internal sealed class PutativeMatches
{
    private readonly CosineNeighbors _cosines = new();
    private readonly HammingNeighbors _bits = new();
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
    /// <param name="settings">Distance limit, direction, ratio.</param>
    /// <param name="path">Instructions to use.</param>
    /// <param name="cancellation">Looked at many times a millisecond.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Find(FeatureSet query, FeatureSet candidate, VerificationSettings settings, InstructionPath path, CancellationToken cancellation = default)
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

        if (query.Encoding == DescriptorEncoding.Binary)
        {
            // The largest whole number below the limit.
            var mostBits = (int)MathF.Ceiling(HammingLimit(settings.MaxDescriptorDistance, query.Dim)) - 1;
            _bits.Find(query, candidate, mostBits, settings.Mutual, path, cancellation);
            Keep(_bits.CandidateOfQuery[..query.Count], feature => _bits.DistanceOf(feature));
        }
        else
        {
            _cosines.Find(query, candidate, settings.MaxDescriptorDistance, settings.Mutual, path, cancellation);
            Keep(_cosines.CandidateOfQuery[..query.Count], _cosines.DistanceOf);
        }

        if (settings.MaxDistanceRatio < 1)
            KeepDistinct(query, candidate, settings.MaxDistanceRatio, cancellation);
    }

    /// <summary>
    /// Hamming distance at the angle of an L2 distance between unit vectors. The signs of two vectors at angle θ differ, for components
    /// without a preferred direction, in dim · θ / π places on average; θ = 2 asin(distance / 2). L2 1.0 is 60°, a third of the bits.
    /// </summary>
    public static float HammingLimit(float distance, int dim) => (float)(dim * 2 * Math.Asin(Math.Min(distance, 2) / 2.0) / Math.PI);

    private void Keep(ReadOnlySpan<int> candidateOfQuery, Func<int, float> distanceOf)
    {
        for (var feature = 0; feature < candidateOfQuery.Length; feature++)
        {
            if (candidateOfQuery[feature] < 0)
                continue;
            _query[Count] = feature;
            _candidate[Count] = candidateOfQuery[feature];
            _distance[Count++] = distanceOf(feature);
        }
    }

    // Lowe's ratio test (IJCV 2004, section 7.1): a match is distinct when the second nearest candidate feature is clearly farther. Only the
    // few matches that came this far are held against all candidate features again.
    private void KeepDistinct(FeatureSet query, FeatureSet candidate, float maxRatio, CancellationToken cancellation)
    {
        var kept = 0;
        for (var match = 0; match < Count; match++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!(_distance[match] < maxRatio * SecondDistance(query, _query[match], candidate, _candidate[match])))
                continue;
            _query[kept] = _query[match];
            _candidate[kept] = _candidate[match];
            _distance[kept++] = _distance[match];
        }

        Count = kept;
    }

    // Infinite when there is no second candidate feature.
    private static float SecondDistance(FeatureSet query, int feature, FeatureSet candidate, int nearest)
    {
        var descriptor = query.Descriptor(feature);
        if (query.Encoding == DescriptorEncoding.Binary)
        {
            var bits = float.PositiveInfinity;
            for (var i = 0; i < candidate.Count; i++)
            {
                if (i != nearest)
                    bits = MathF.Min(bits, DescriptorProducts.Hamming(descriptor, candidate.Descriptor(i)));
            }

            return bits;
        }

        var inverse = query.DotPanels.InverseLength[feature];
        var cosine = double.NegativeInfinity;
        for (var i = 0; i < candidate.Count; i++)
        {
            var other = candidate.Descriptor(i);
            // A zero vector is near to nothing.
            if (i != nearest && DescriptorProducts.InverseLength(other, query.Encoding) is > 0 and var inverseOfOther)
                cosine = Math.Max(cosine, DescriptorProducts.Dot(descriptor, other, query.Encoding) * inverse * inverseOfOther);
        }

        return double.IsNegativeInfinity(cosine) ? float.PositiveInfinity : CosineNeighbors.Distance(cosine);
    }
}
