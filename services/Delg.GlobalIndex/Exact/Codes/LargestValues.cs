namespace Delg.GlobalIndex.Exact.Codes;

/// <summary>The largest k of the values added: a binary heap with the smallest kept one at the root. It grows with what is added.</summary>
/// <param name="count">k, at least 1.</param>
internal sealed class LargestValues(int count)
{
    private readonly List<float> _heap = [];

    /// <summary>The k-th largest value; negative infinity while there are fewer.</summary>
    public float Smallest => _heap.Count < count ? float.NegativeInfinity : _heap[0];

    public void Add(float value)
    {
        if (_heap.Count < count)
        {
            _heap.Add(value);
            SiftUp(value);
        }
        else if (value > _heap[0])
        {
            SiftDown(value);
        }
    }

    private void SiftUp(float value)
    {
        var place = _heap.Count - 1;
        for (int parent; place > 0 && _heap[parent = (place - 1) / 2] > value; place = parent)
            _heap[place] = _heap[parent];
        _heap[place] = value;
    }

    private void SiftDown(float value)
    {
        var place = 0;
        for (var child = 1; child < _heap.Count; child = (2 * place) + 1)
        {
            if (child + 1 < _heap.Count && _heap[child + 1] < _heap[child])
                child++;
            if (_heap[child] >= value)
                break;
            _heap[place] = _heap[child];
            place = child;
        }

        _heap[place] = value;
    }
}
