namespace Delg.GlobalIndex.Exact.Codes;

/// <summary>The rows that one thread has found for a <see cref="CandidateTable"/>.</summary>
internal sealed class CandidatePart
{
    private const int FirstCompaction = 1024;

    private readonly CandidateTable _table;
    private readonly List<Candidate>[] _rows;
    private readonly int[] _compactAt;

    public CandidatePart(CandidateTable table, int queries)
    {
        _table = table;
        _rows = [.. Enumerable.Range(0, queries).Select(_ => new List<Candidate>())];
        _compactAt = new int[queries];
        Array.Fill(_compactAt, FirstCompaction);
    }

    /// <summary>Takes a row whose upper bound reaches the query's threshold.</summary>
    public void Add(int query, Candidate row, float lowerBound)
    {
        _table.Raise(query, lowerBound);
        var rows = _rows[query];
        rows.Add(row);
        if (rows.Count < _compactAt[query])
            return;
        var threshold = _table.Threshold(query);
        rows.RemoveAll(candidate => candidate.UpperBound < threshold);
        _compactAt[query] = Math.Max(FirstCompaction, 2 * rows.Count);
    }

    /// <summary>The query's rows whose upper bounds reach <paramref name="threshold"/>.</summary>
    public IEnumerable<Candidate> Above(int query, float threshold) => _rows[query].Where(candidate => candidate.UpperBound >= threshold);
}
