namespace Delg.LocalVerifier.Matching;

/// <summary>
/// A query's rounded FLOAT32 or INT8 descriptors in the layout the kernels read: panels of <see cref="Width"/> features side by side, two components of
/// each at a time, raised by <see cref="RoundedDescriptor.MostComponent"/> so that none is negative. Made once a query and shared by its candidates.
/// </summary>
internal sealed unsafe class DotPanels
{
    /// <summary>Features of a panel.</summary>
    public const int Width = 64;

    private readonly AlignedWords _words;
    private readonly short[] _slack;
    private readonly double[] _inverseLength;

    public DotPanels(FeatureSet features)
    {
        Count = (features.Count + Width - 1) / Width;
        Pairs = RoundedDescriptor.Pairs(features.Dim);
        _words = new AlignedWords(Count * Pairs * Width / 2);
        _slack = new short[Count * Width];
        _inverseLength = new double[features.Count];
        Array.Fill(_slack, Absent);
        // Zeros, raised, in lanes without a feature: their products are 0, and no limit of theirs is below.
        var lanes = (ushort*)_words.Pointer;
        new Span<ushort>(lanes, Count * Pairs * Width).Fill(Raised(0));
        var descriptor = new RoundedDescriptor(features.Dim, features.Encoding);
        for (var feature = 0; feature < features.Count; feature++)
        {
            descriptor.Set(features.Descriptor(feature));
            _inverseLength[feature] = descriptor.InverseLength;
            if (descriptor.InverseLength > 0)
                _slack[feature] = descriptor.Slack;
            var lane = lanes + (feature / Width * Pairs * Width) + (feature % Width);
            foreach (var pair in descriptor.ComponentPairs)
            {
                *lane = Raised(pair);
                lane += Width;
            }
        }
    }

    /// <summary>The slack of a lane without a feature, or whose feature is a zero vector: it is near nothing.</summary>
    public static short Absent => short.MinValue;

    /// <summary>Panels.</summary>
    public int Count { get; }

    /// <summary>Pairs of components of a feature.</summary>
    public int Pairs { get; }

    /// <summary><see cref="RoundedDescriptor.Slack"/> of each lane, or <see cref="Absent"/>.</summary>
    public ReadOnlySpan<short> Slack => _slack;

    /// <summary>1 / length of each feature's descriptor as packed; 0 for a zero vector.</summary>
    public ReadOnlySpan<double> InverseLength => _inverseLength;

    public byte* Panel(int index) => (byte*)(_words.Pointer + ((nint)index * Pairs * Width / 2));

    /// <summary>Call after the last use of a panel's pointer.</summary>
    public void KeepAlive() => _words.KeepAlive();

    private static ushort Raised(ushort pair) =>
        (ushort)((byte)((sbyte)pair + RoundedDescriptor.MostComponent) | ((byte)((sbyte)(pair >> 8) + RoundedDescriptor.MostComponent) << 8));
}
