namespace Delg.GlobalIndex.Exact.Codes;

/// <summary>
/// Rows that may still be among the best k of one query. A row stays while the most its similarity can be reaches the k-th best of what the
/// others' are at least, so that no row of the true answer, ties included, is ever lost.
/// </summary>
internal sealed class Candidates(int topK, float minSimilarity)
{
    private const int FirstCompaction = 1024;

    private readonly PriorityQueue<float, float> _lowerBounds = new();
    private readonly List<Candidate> _rows = [];
    private int _compactAt = FirstCompaction;

    /// <summary>What a row's upper bound must reach.</summary>
    public float Threshold { get; private set; } = minSimilarity;

    /// <summary>Takes a row whose upper bound reaches the threshold.</summary>
    public void Add(VectorChunk chunk, int row, float estimate, float error)
    {
        if (estimate + error < Threshold)
            return;
        Raise(estimate - error);
        _rows.Add(new Candidate(chunk, row, estimate + error));
        if (_rows.Count < _compactAt)
            return;
        _rows.RemoveAll(candidate => candidate.UpperBound < Threshold);
        _compactAt = Math.Max(FirstCompaction, 2 * _rows.Count);
    }

    /// <summary>Takes what another thread has kept.</summary>
    public void AddAll(Candidates others)
    {
        foreach (var (lowerBound, _) in others._lowerBounds.UnorderedItems)
            Raise(lowerBound);
        _rows.AddRange(others._rows);
    }

    /// <summary>The rows to look at exactly, the most promising first. Nothing may be added after.</summary>
    public IReadOnlyList<Candidate> Finish()
    {
        _rows.RemoveAll(candidate => candidate.UpperBound < Threshold);
        var rows = _rows.ToArray();
        // Keys of their own are sorted several times as fast as rows by a comparison.
        var order = Array.ConvertAll(rows, candidate => -candidate.UpperBound);
        Array.Sort(order, rows);
        return rows;
    }

    private void Raise(float lowerBound)
    {
        if (_lowerBounds.Count < topK)
            _lowerBounds.Enqueue(lowerBound, lowerBound);
        else if (lowerBound > _lowerBounds.Peek())
            _lowerBounds.EnqueueDequeue(lowerBound, lowerBound);
        if (_lowerBounds.Count == topK)
            Threshold = Math.Max(Threshold, _lowerBounds.Peek());
    }
}

/// <summary>A row that may be among the best.</summary>
/// <param name="Chunk">Its memory.</param>
/// <param name="Row">Its place there.</param>
/// <param name="UpperBound">Its similarity is no more than this.</param>
internal readonly record struct Candidate(VectorChunk Chunk, int Row, float UpperBound);
