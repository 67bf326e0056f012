namespace Delg.GlobalIndex.Exact.Codes;

/// <summary>
/// Rows that may still be among the best k of each query of a search. A row stays while the most its similarity can be reaches the k-th best of
/// what the others' are at least, so that no row of the true answer, ties included, is ever lost. What one thread learns about the k-th best
/// spares the others' rows too; the rows themselves each thread keeps in a <see cref="CandidatePart"/> of its own.
/// </summary>
internal sealed class CandidateTable
{
    private readonly LargestValues[] _lowerBounds;
    private readonly float[] _thresholds;
    private readonly List<CandidatePart> _parts = [];

    public CandidateTable(NeighborSearch search)
    {
        var least = search.MinSimilarity ?? float.NegativeInfinity;
        _lowerBounds = [.. search.Queries.Select(_ => new LargestValues(search.TopK))];
        _thresholds = new float[_lowerBounds.Length + ICodeKernel.Queries - 1];
        _thresholds.AsSpan(0, _lowerBounds.Length).Fill(least);
        // No row gets past the queries that fill up the last group.
        _thresholds.AsSpan(_lowerBounds.Length).Fill(float.PositiveInfinity);
    }

    /// <summary>A place for the rows that one thread finds.</summary>
    public CandidatePart NewPart()
    {
        var part = new CandidatePart(this, _lowerBounds.Length);
        lock (_parts)
            _parts.Add(part);
        return part;
    }

    /// <summary>
    /// What a row's upper bound must reach, by query; then infinity to the end of the last <see cref="ICodeKernel.Queries"/>. Other threads may
    /// raise it at any time: one read a moment ago is too low at worst.
    /// </summary>
    public ref float Threshold(int query) => ref _thresholds[query];

    /// <summary>Takes note of a row whose similarity is at least <paramref name="lowerBound"/>. No row may be counted twice.</summary>
    public void Raise(int query, float lowerBound)
    {
        if (lowerBound <= Volatile.Read(ref _thresholds[query]))
            return;
        var values = _lowerBounds[query];
        lock (values)
        {
            values.Add(lowerBound);
            if (values.Smallest > _thresholds[query])
                Volatile.Write(ref _thresholds[query], values.Smallest);
        }
    }

    /// <summary>The rows of a query to look at exactly, the most promising first. Nothing may be added after.</summary>
    public Candidate[] Finish(int query)
    {
        Candidate[] rows = [.. _parts.SelectMany(part => part.Above(query, _thresholds[query]))];
        // Keys of their own are sorted several times as fast as rows by a comparison.
        var order = Array.ConvertAll(rows, candidate => -candidate.UpperBound);
        Array.Sort(order, rows);
        return rows;
    }
}
