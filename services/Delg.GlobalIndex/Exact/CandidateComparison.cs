using Delg.GlobalIndex.Exact.Codes;
using Delg.V1;

namespace Delg.GlobalIndex.Exact;

/// <summary>The best of a search's candidates by their float32 similarity. The queries are shared among the threads, and a query alone where it has many rows.</summary>
internal static class CandidateComparison
{
    // Fewer candidates than this are not worth another thread.
    private const int CandidatesPerThread = 1024;

    /// <param name="snapshot">What the candidates were found in.</param>
    /// <param name="candidates">All of them.</param>
    /// <param name="search">The queries.</param>
    /// <param name="options">Threads.</param>
    public static NeighborList[] Run(VectorSnapshot snapshot, CandidateTable candidates, NeighborSearch search, ParallelOptions options)
    {
        var answers = new NeighborList[search.Queries.Count];
        var perQuery = Math.Max(1, options.MaxDegreeOfParallelism / answers.Length);
        Parallel.For(0, answers.Length, options, query =>
        {
            var rows = candidates.Finish(query);
            var parts = Math.Clamp(rows.Length / CandidatesPerThread, 1, perQuery);
            var best = NewBest(search);
            if (parts == 1)
            {
                Compare(snapshot, rows, 0, 1, search.Queries[query], best);
            }
            else
            {
                Parallel.For(0, parts, options, part =>
                {
                    var own = NewBest(search);
                    Compare(snapshot, rows, part, parts, search.Queries[query], own);
                    lock (best)
                        best.OfferAll(own);
                });
            }

            answers[query] = best.ToNeighborList();
        });
        return answers;
    }

    private static TopNeighbors NewBest(NeighborSearch search) => new(search.TopK, search.MinSimilarity ?? float.NegativeInfinity);

    /// <summary>Offers each <paramref name="step"/>-th row from <paramref name="first"/> on, as long as one may be good enough.</summary>
    private static void Compare(VectorSnapshot snapshot, Candidate[] rows, int first, int step, float[] query, TopNeighbors best)
    {
        for (var i = first; i < rows.Length; i += step)
        {
            // The rows that follow can be no better than this one.
            if (rows[i].UpperBound < best.Threshold)
                return;
            // They lie anywhere in memory: each is fetched while the one before it is compared.
            if (i + step < rows.Length)
                snapshot.Chunks[rows[i + step].Chunk].Chunk.Fetch(rows[i + step].Row);
            var chunk = snapshot.Chunks[rows[i].Chunk].Chunk;
            best.Offer(chunk.Similarity(rows[i].Row, query), chunk.Entries[rows[i].Row]);
        }
    }
}
