namespace Delg.LocalVerifier.Matching;

/// <summary>
/// The query's descriptors in the layout the kernels read: panels of <see cref="Width"/> features side by side, word by word. Made once a query
/// and shared by all of its candidates. Lanes past the last feature hold zeros.
/// </summary>
internal sealed unsafe class DescriptorPanels
{
    /// <summary>Features of a panel.</summary>
    public const int Width = 32;

    private readonly AlignedWords _words;
    private readonly int _wordsOfPanel;

    /// <param name="rows">count × <paramref name="wordsOfFeature"/> words, feature by feature.</param>
    /// <param name="count">Features.</param>
    /// <param name="wordsOfFeature">Words a feature.</param>
    public DescriptorPanels(ReadOnlySpan<uint> rows, int count, int wordsOfFeature)
    {
        Count = (count + Width - 1) / Width;
        LastWidth = count - ((Count - 1) * Width);
        _wordsOfPanel = wordsOfFeature * Width;
        _words = new AlignedWords(Count * _wordsOfPanel);
        var words = _words.Span;
        words.Clear();
        for (var feature = 0; feature < count; feature++)
        {
            var panel = words.Slice(feature / Width * _wordsOfPanel, _wordsOfPanel);
            var lane = feature % Width;
            var row = rows.Slice(feature * wordsOfFeature, wordsOfFeature);
            for (var w = 0; w < row.Length; w++)
                panel[(w * Width) + lane] = row[w];
        }
    }

    /// <summary>Panels.</summary>
    public int Count { get; }

    /// <summary>Features in the last panel, 1 to <see cref="Width"/>.</summary>
    public int LastWidth { get; }

    public uint* Panel(int index) => _words.Pointer + ((nint)index * _wordsOfPanel);

    /// <summary>Call after the last use of a panel's pointer.</summary>
    public void KeepAlive() => _words.KeepAlive();
}
