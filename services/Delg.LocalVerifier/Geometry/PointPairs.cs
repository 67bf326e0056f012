namespace Delg.LocalVerifier.Geometry;

/// <summary>Matched points as columns, in the pixels the residual is measured in. Reused; not for two threads at once.</summary>
internal sealed class PointPairs
{
    private float[] _columns = [];
    private int _capacity;

    public int Count { get; private set; }

    public Span<float> SourceX => Column(0);

    public Span<float> SourceY => Column(1);

    public Span<float> TargetX => Column(2);

    public Span<float> TargetY => Column(3);

    /// <summary>Makes room; the content is not kept.</summary>
    public void Resize(int count)
    {
        if (count > _capacity)
        {
            _capacity = Math.Max(count, 2 * _capacity);
            _columns = new float[4 * _capacity];
        }

        Count = count;
    }

    private Span<float> Column(int index) => _columns.AsSpan(index * _capacity, Count);
}
