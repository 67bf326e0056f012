using System.Buffers;
using System.Diagnostics;
using Delg.Contracts.Errors;
using Delg.LocalVerifier.Matching;
using Delg.LocalVerifier.Stores;
using Delg.V1;
using Microsoft.Extensions.Options;

namespace Delg.LocalVerifier.Service;

/// <summary>One query against many candidates: reads batch by batch, verifies on all processors while the next ones are read.</summary>
internal sealed class CandidateVerification(
    FeatureLibrary library, PairVerifier verifier, VerificationMetrics metrics, IOptions<LocalVerifierOptions> options, ILogger<CandidateVerification> log)
{
    // Of a batch, when the options do not say.
    private const int CandidatesOfProcessor = 2;

    // Read while one is verified.
    private const int BatchesAhead = 2;

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
        var size = options.Value.ReadBatchCandidates > 0 ? options.Value.ReadBatchCandidates : CandidatesOfProcessor * Environment.ProcessorCount;
        // Whoever comes to a batch first begins to read it.
        var batches = Enumerable.Range(0, (count + size - 1) / size)
            .Select(batch => new Lazy<Task<StoredValues>>(() => ReadAsync(query, batch * size, size, cancellation)))
            .ToArray();
        try
        {
            Begin(0, BatchesAhead);
            await Parallel.ForAsync(0, count, parallel, async (candidate, _) =>
            {
                var (batch, offset) = Math.DivRem(candidate, size);
                if (offset == 0)
                    Begin(batch + BatchesAhead, 1);
                var values = await batches[batch].Value;
                // Each candidate waits its turn behind what else there is to do: the network's work, a cancellation among it, and other queries' candidates.
                await Task.Factory.StartNew(
                    () =>
                    {
                        results.Add(candidate, Answered(Verify(query, query.Candidates[candidate], values, offset, cancellation)));
                        // Read into again while it is in the processors' caches.
                        values.Release(offset);
                    },
                    CancellationToken.None, TaskCreationOptions.PreferFairness, TaskScheduler.Default);
            });
        }
        finally
        {
            // Broken off: what is being read has buffers to give back, or a failure that nobody waits for.
            foreach (var batch in batches.Where(batch => batch.IsValueCreated))
            {
                _ = batch.Value.ContinueWith(
                    read =>
                    {
                        if (read.IsCompletedSuccessfully)
                            read.Result.Dispose();
                        else
                            _ = read.Exception;
                    },
                    CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }

        void Begin(int first, int number)
        {
            for (var batch = first; batch < Math.Min(first + number, batches.Length); batch++)
                _ = batches[batch].Value;
        }
    }

    // The stored values of a batch at the places of their candidates; null where a candidate is inline or not stored.
    private async Task<StoredValues> ReadAsync(CandidateQuery query, int first, int size, CancellationToken cancellation)
    {
        var count = Math.Min(size, query.Candidates.Count - first);
        var stored = Enumerable.Range(0, count).Where(offset => query.Candidates[first + offset].Features is null).ToArray();
        if (stored.Length == 0)
            return new StoredValues(new IMemoryOwner<byte>?[count]);
        var read = await library.GetValuesAsync(query.Collection, Array.ConvertAll(stored, offset => query.Candidates[first + offset].ImageId), cancellation);
        return read.SpreadTo(stored, count);
    }

    private CandidateResult Verify(CandidateQuery query, VerificationCandidate candidate, StoredValues values, int offset, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var result = new CandidateResult { ImageId = candidate.ImageId, Status = CandidateStatus.NotFound };
        try
        {
            var features = candidate.Features is { } inline ? FeatureSet.FromValid(inline)
                : values[offset] is { } stored ? FeatureLibrary.ToFeatureSet(query.Collection, candidate.ImageId, stored)
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
