namespace Delg.GlobalIndex.Exact.Codes;

/// <summary>The <see cref="Candidates"/> of each query of a search, with their thresholds side by side.</summary>
internal sealed class CandidateTable
{
    private readonly Candidates[] _queries;

    public CandidateTable(NeighborSearch search)
    {
        var least = search.MinSimilarity ?? float.NegativeInfinity;
        _queries = [.. search.Queries.Select(_ => new Candidates(search.TopK, least))];
        Thresholds = new float[_queries.Length + ICodeKernel.Queries - 1];
        Thresholds.AsSpan(0, _queries.Length).Fill(least);
        // No row gets past the queries that fill up the last group.
        Thresholds.AsSpan(_queries.Length).Fill(float.PositiveInfinity);
    }

    /// <summary>What a row's upper bound must reach, by query; then infinity to the end of the last <see cref="ICodeKernel.Queries"/>.</summary>
    public float[] Thresholds { get; }

    /// <summary>Takes a row whose upper bound reaches the query's threshold.</summary>
    public void Add(int query, VectorChunk chunk, int row, float estimate, float error)
    {
        _queries[query].Add(chunk, row, estimate, error);
        Thresholds[query] = _queries[query].Threshold;
    }

    /// <summary>Takes what another thread has kept.</summary>
    public void AddAll(CandidateTable others)
    {
        for (var query = 0; query < _queries.Length; query++)
            _queries[query].AddAll(others._queries[query]);
    }

    /// <summary>The rows of a query to look at exactly, the most promising first. Nothing may be added after.</summary>
    public IReadOnlyList<Candidate> Finish(int query) => _queries[query].Finish();
}
