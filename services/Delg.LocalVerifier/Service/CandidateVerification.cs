using System.Buffers;
using System.Diagnostics;
using Delg.LocalVerifier.Matching;
using Delg.LocalVerifier.Stores;
using Delg.V1;
using Microsoft.Extensions.Options;

namespace Delg.LocalVerifier.Service;

/// <summary>One query against many candidates: reads batch by batch, verifies each batch on all processors while the next one is read.</summary>
internal sealed class CandidateVerification(
    FeatureLibrary library, PairVerifier verifier, VerificationMetrics metrics, IOptions<LocalVerifierOptions> options)
{
    /// <summary>One result a candidate, in their order.</summary>
    /// <param name="collection">Where stored candidates are.</param>
    /// <param name="query">The query's features.</param>
    /// <param name="candidates">Checked candidates.</param>
    /// <param name="settings">How to verify.</param>
    /// <param name="cancellation">Looked at before each candidate.</param>
    public async Task<CandidateResult[]> VerifyAsync(
        string collection, FeatureSet query, IReadOnlyList<VerificationCandidate> candidates, VerificationSettings settings, CancellationToken cancellation)
    {
        var results = new CandidateResult[candidates.Count];
        var parallel = new ParallelOptions
        {
            CancellationToken = cancellation,
            MaxDegreeOfParallelism = options.Value.Parallelism > 0 ? options.Value.Parallelism : Environment.ProcessorCount,
        };
        var size = options.Value.ReadBatchCandidates;
        var reading = ReadAsync(collection, candidates, 0, size, cancellation);
        for (var first = 0; first < candidates.Count; first += size)
        {
            using var values = await reading;
            if (first + size < candidates.Count)
                reading = ReadAsync(collection, candidates, first + size, size, cancellation);
            var start = first;
            await Parallel.ForAsync(0, Math.Min(size, candidates.Count - first), parallel, (offset, _) =>
            {
                var candidate = candidates[start + offset];
                results[start + offset] = Verify(collection, query, candidate, values[offset], settings);
                return ValueTask.CompletedTask;
            });
        }

        return results;
    }

    // The stored values of a batch at the places of their candidates; null where a candidate is inline or not stored.
    private async Task<StoredValues> ReadAsync(
        string collection, IReadOnlyList<VerificationCandidate> candidates, int first, int size, CancellationToken cancellation)
    {
        var count = Math.Min(size, candidates.Count - first);
        var stored = Enumerable.Range(0, count).Where(offset => candidates[first + offset].Features is null).ToArray();
        if (stored.Length == 0)
            return new StoredValues(new IMemoryOwner<byte>?[count]);
        var read = await library.GetValuesAsync(collection, Array.ConvertAll(stored, offset => candidates[first + offset].ImageId), cancellation);
        return read.SpreadTo(stored, count);
    }

    private CandidateResult Verify(string collection, FeatureSet query, VerificationCandidate candidate, ReadOnlyMemory<byte>? value, VerificationSettings settings)
    {
        var started = Stopwatch.GetTimestamp();
        var result = new CandidateResult { ImageId = candidate.ImageId };
        var features = candidate.Features is { } inline ? FeatureSet.FromValid(inline)
            : value is { } stored ? FeatureLibrary.ToFeatureSet(collection, candidate.ImageId, stored)
            : null;
        if (features is null)
        {
            result.Status = CandidateStatus.NotFound;
        }
        else if (features.ModelId != query.ModelId || features.Dim != query.Dim)
        {
            result.Status = CandidateStatus.ModelMismatch;
        }
        else
        {
            var outcome = verifier.Verify(query, features, settings);
            result.Status = CandidateStatus.Compared;
            result.Verification = outcome.ToMessage();
            metrics.Compared(outcome, Stopwatch.GetElapsedTime(started));
        }

        metrics.Answered(result.Status);
        return result;
    }
}
