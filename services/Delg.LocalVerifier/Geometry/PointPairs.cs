namespace Delg.LocalVerifier.Geometry;

/// <summary>Matched points as columns, in the pixels the residual is measured in. Reused; not for two threads at once.</summary>
internal sealed class PointPairs
{
    // Floats of 64 bytes.
    private const int WidestVector = 16;

    private float[] _columns = [];
    private int _capacity;

    public int Count { get; private set; }

    public Span<float> SourceX => Column(0);

    public Span<float> SourceY => Column(1);

    public Span<float> TargetX => Column(2);

    public Span<float> TargetY => Column(3);

    /// <summary>
    /// <see cref="Count"/>, filled up to whole vectors of the widest kind. The pairs past the last have a target that is no number, so that they agree with
    /// no map; see <see cref="Padded"/>.
    /// </summary>
    public int PaddedCount => (Count + WidestVector - 1) / WidestVector * WidestVector;

    /// <summary>The columns with the pairs past the last: source x and y, target x and y.</summary>
    public ReadOnlySpan<float> Padded(int column) => _columns.AsSpan(column * _capacity, PaddedCount);

    /// <summary>Makes room; the content is not kept.</summary>
    public void Resize(int count)
    {
        if (count > _capacity)
        {
            _capacity = (Math.Max(count, 2 * _capacity) + WidestVector - 1) / WidestVector * WidestVector;
            _columns = new float[4 * _capacity];
        }

        Count = count;
        _columns.AsSpan((2 * _capacity) + count, PaddedCount - count).Fill(float.NaN);
    }

    private Span<float> Column(int index) => _columns.AsSpan(index * _capacity, Count);
}
