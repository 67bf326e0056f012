using Delg.V1;

namespace Delg.GlobalIndex.Exact;

/// <summary>
/// The best k rows seen so far for one query: higher similarity first, ties by ascending image id. A binary heap with the worst kept row at the
/// root; it grows as rows arrive, so a large k costs nothing in a small collection.
/// </summary>
internal sealed class TopNeighbors(int topK, float minSimilarity)
{
    private readonly List<(float Similarity, StoredEntry Entry)> _heap = [];

    /// <summary>What a row's similarity must reach.</summary>
    public float Threshold { get; private set; } = minSimilarity;

    public void Offer(float similarity, StoredEntry entry)
    {
        // The common case leaves here: most rows are worse than the worst kept one.
        if (!(similarity >= Threshold))
            return;
        if (_heap.Count < topK)
        {
            _heap.Add((similarity, entry));
            SiftUp(_heap.Count - 1);
        }
        else if (IsWorse(_heap[0], (similarity, entry)))
        {
            _heap[0] = (similarity, entry);
            SiftDown();
        }

        if (_heap.Count == topK)
            Threshold = _heap[0].Similarity;
    }

    public void OfferAll(TopNeighbors other)
    {
        foreach (var (similarity, entry) in other._heap)
            Offer(similarity, entry);
    }

    public NeighborList ToNeighborList()
    {
        _heap.Sort((a, b) => IsWorse(b, a) ? -1 : IsWorse(a, b) ? 1 : 0);
        var list = new NeighborList();
        foreach (var (similarity, entry) in _heap)
            list.Neighbors.Add(entry.ToNeighbor(similarity));
        return list;
    }

    private static bool IsWorse((float Similarity, StoredEntry Entry) a, (float Similarity, StoredEntry Entry) b) =>
        a.Similarity != b.Similarity
            ? a.Similarity < b.Similarity
            : CodePointOrder.Instance.Compare(a.Entry.ImageId, b.Entry.ImageId) > 0;

    private void SiftUp(int index)
    {
        while (index > 0)
        {
            var parent = (index - 1) / 2;
            if (!IsWorse(_heap[index], _heap[parent]))
                return;
            (_heap[index], _heap[parent]) = (_heap[parent], _heap[index]);
            index = parent;
        }
    }

    private void SiftDown()
    {
        for (var index = 0; ;)
        {
            var worst = index;
            for (var child = 2 * index + 1; child <= 2 * index + 2 && child < _heap.Count; child++)
            {
                if (IsWorse(_heap[child], _heap[worst]))
                    worst = child;
            }

            if (worst == index)
                return;
            (_heap[index], _heap[worst]) = (_heap[worst], _heap[index]);
            index = worst;
        }
    }
}
