namespace Delg.LocalVerifier.Matching;

/// <summary>
/// A query's BINARY descriptors in the layout the kernels read: panels of <see cref="Width"/> features side by side, half byte by half byte. Made once
/// a query and shared by its candidates. Lanes past the last feature hold zeros.
/// </summary>
internal sealed unsafe class HammingPanels
{
    /// <summary>Features of a panel.</summary>
    public const int Width = 128;

    private readonly AlignedWords _words;

    public HammingPanels(FeatureSet features)
    {
        Count = (features.Count + Width - 1) / Width;
        Halves = features.Dim / 4;
        _words = new AlignedWords(Count * Halves * Width / sizeof(uint));
        _words.Span.Clear();
        var lanes = (byte*)_words.Pointer;
        for (var feature = 0; feature < features.Count; feature++)
        {
            var lane = lanes + (feature / Width * Halves * Width) + (feature % Width);
            foreach (var bits in features.Descriptor(feature))
            {
                lane[0] = (byte)(bits & 0xF);
                lane[Width] = (byte)(bits >> 4);
                lane += 2 * Width;
            }
        }
    }

    /// <summary>Panels.</summary>
    public int Count { get; }

    /// <summary>Half bytes of a feature.</summary>
    public int Halves { get; }

    public byte* Panel(int index) => (byte*)_words.Pointer + ((nint)index * Halves * Width);

    /// <summary>Call after the last use of a panel's pointer.</summary>
    public void KeepAlive() => _words.KeepAlive();
}
