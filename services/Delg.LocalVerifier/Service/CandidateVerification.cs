using System.Diagnostics;
using Delg.Contracts.Descriptors;
using Delg.Contracts.Errors;
using Delg.LocalVerifier.Matching;
using Delg.LocalVerifier.Stores;
using Delg.V1;
using Microsoft.Extensions.Options;

namespace Delg.LocalVerifier.Service;

/// <summary>One query against many candidates: verifies on all processors while the next candidates are read.</summary>
internal sealed class CandidateVerification(
    FeatureLibrary library, PairVerifier verifier, VerificationMetrics metrics, IOptions<LocalVerifierOptions> options, ILogger<CandidateVerification> log)
{
    /// <summary>One result a candidate, in their order.</summary>
    /// <param name="query">What to compare.</param>
    /// <param name="cancellation">Looked at many times a millisecond.</param>
    /// <exception cref="OperationCanceledException">Cancelled; not when the query's own time to stop has come.</exception>
    public async Task<IReadOnlyList<CandidateResult>> VerifyAsync(CandidateQuery query, CancellationToken cancellation)
    {
        var results = new ResultsInOrder(query.Candidates.Count);
        await VerifyAsync(query, results, cancellation);
        return results.SoFar!;
    }

    /// <summary>Results in the order of the candidates, each as soon as it and those before it are there.</summary>
    /// <param name="query">What to compare.</param>
    /// <param name="cancellation">Looked at many times a millisecond.</param>
    public async IAsyncEnumerable<CandidateResult> StreamAsync(
        CandidateQuery query, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var results = new ResultsInOrder(query.Candidates.Count);
        // A reader that goes away before the end stops the work too.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var work = Task.Run(() => VerifyAsync(query, results, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var result in results.InOrderAsync(cancellation))
                yield return result;
        }
        finally
        {
            await stop.CancelAsync();
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task VerifyAsync(CandidateQuery query, ResultsInOrder results, CancellationToken cancellation)
    {
        try
        {
            if (query.StopAt is { } stopAt)
                await VerifyUntilAsync(stopAt, query, results, cancellation);
            else
                await VerifyAllAsync(query, results, cancellation);
            results.Complete();
        }
        catch (Exception failure)
        {
            results.Complete(failure);
            throw;
        }
    }

    private async Task VerifyUntilAsync(DateTime stopAt, CandidateQuery query, ResultsInOrder results, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var left = stopAt - DateTime.UtcNow;
        stop.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        try
        {
            await VerifyAllAsync(query, results, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            for (var i = 0; i < query.Candidates.Count; i++)
            {
                if (results.SoFar[i] is null)
                    results.Add(i, Answered(new CandidateResult { ImageId = query.Candidates[i].ImageId, Status = CandidateStatus.Unfinished }));
            }
        }
    }

    private async Task VerifyAllAsync(CandidateQuery query, ResultsInOrder results, CancellationToken cancellation)
    {
        var count = query.Candidates.Count;
        var parallel = new ParallelOptions
        {
            CancellationToken = cancellation,
            MaxDegreeOfParallelism = options.Value.Parallelism > 0 ? options.Value.Parallelism : Environment.ProcessorCount,
        };
        var ahead = CandidatesAhead(query.Features, count);
        // Whoever comes to a candidate first begins to read it.
        var reads = Enumerable.Range(0, count)
            .Select(candidate => new Lazy<Task<StoredValues?>>(() => ReadAsync(query.Collection, query.Candidates[candidate], cancellation)))
            .ToArray();
        try
        {
            for (var candidate = 0; candidate < ahead; candidate++)
                Begin(candidate);
            await Parallel.ForAsync(0, count, parallel, async (candidate, _) =>
            {
                Begin(candidate + ahead);
                var value = await reads[candidate].Value;
                // Each candidate waits its turn behind what else there is to do: the network's work, a cancellation among it, and other queries' candidates.
                await Task.Factory.StartNew(
                    () =>
                    {
                        results.Add(candidate, Answered(Verify(query, query.Candidates[candidate], value, cancellation)));
                        // Read into again while it is in the processors' caches.
                        value?.Dispose();
                    },
                    CancellationToken.None, TaskCreationOptions.PreferFairness, TaskScheduler.Default);
            });
        }
        finally
        {
            // Broken off: what is being read has buffers to give back, or a failure that nobody waits for.
            foreach (var read in reads.Where(read => read.IsValueCreated))
            {
                _ = read.Value.ContinueWith(
                    ended =>
                    {
                        if (ended.IsCompletedSuccessfully)
                            ended.Result?.Dispose();
                        else
                            _ = ended.Exception;
                    },
                    CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }

        void Begin(int candidate)
        {
            if (candidate < count)
                _ = reads[candidate].Value;
        }
    }

    // A candidate has about as many features as the query has, in the encoding that is stored.
    private int CandidatesAhead(FeatureSet query, int count)
    {
        var bytesOfFeature = Math.Min(
            DescriptorCodec.BytesPerFeature(query.Encoding, query.Dim), DescriptorCodec.BytesPerFeature(options.Value.StorageEncoding, query.Dim));
        var bytes = Math.Max(1, (long)query.Count * bytesOfFeature);
        return (int)Math.Min(Math.Max(options.Value.ReadAheadBytes / bytes, Environment.ProcessorCount), count);
    }

    // Null where the candidate is inline.
    private async Task<StoredValues?> ReadAsync(string collection, VerificationCandidate candidate, CancellationToken cancellation) =>
        candidate.Features is null ? await library.GetValuesAsync(collection, [candidate.ImageId], cancellation) : null;

    private CandidateResult Verify(CandidateQuery query, VerificationCandidate candidate, StoredValues? value, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var result = new CandidateResult { ImageId = candidate.ImageId, Status = CandidateStatus.NotFound };
        try
        {
            var features = candidate.Features is { } inline ? FeatureSet.FromValid(inline)
                : value?[0] is { } stored ? FeatureLibrary.ToFeatureSet(query.Collection, candidate.ImageId, stored)
                : null;
            if (features is null)
                return result;
            if (features.ModelId != query.Features.ModelId || features.Dim != query.Features.Dim)
            {
                result.Status = CandidateStatus.ModelMismatch;
                return result;
            }

            var outcome = verifier.Verify(query.Features, features, query.Settings, cancellation);
            result.Status = CandidateStatus.Compared;
            result.Verification = outcome.ToMessage();
            metrics.Compared(outcome, Stopwatch.GetElapsedTime(started));
        }
        catch (DelgException damage) when (damage.Reason == ErrorReason.StoredDataCorrupt)
        {
            log.LogError("{Damage}", damage.Message);
            result.Status = CandidateStatus.Damaged;
        }

        return result;
    }

    private CandidateResult Answered(CandidateResult result)
    {
        metrics.Answered(result.Status);
        return result;
    }
}
