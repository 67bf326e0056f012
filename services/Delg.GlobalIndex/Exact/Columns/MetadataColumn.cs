using Delg.V1;

namespace Delg.GlobalIndex.Exact.Columns;

/// <summary>
/// One key's values in a chunk, a place for each row. Texts are numbered as they first appear, so that a test compares each of them once. One thread
/// writes rows that nobody sees yet; any may read the others.
/// </summary>
internal sealed class MetadataColumn(int capacity)
{
    private readonly Dictionary<string, int> _numberOf = [];
    private readonly MetadataKind[] _kinds = new MetadataKind[capacity];
    private readonly double[] _numbers = new double[capacity];
    private string[] _texts = [];
    private int[][] _lists = [];
    private int _textCount;
    private int _listCount;

    /// <summary>What kind of value each row has.</summary>
    public ReadOnlySpan<MetadataKind> Kinds => _kinds;

    /// <summary>The number; 1 for true and 0 for false; the place in <see cref="Texts"/> or <see cref="Lists"/>.</summary>
    public ReadOnlySpan<double> Numbers => _numbers;

    /// <summary>All texts of the column, those in lists among them; those behind the last known row may be null.</summary>
    public ReadOnlySpan<string?> Texts => Volatile.Read(ref _texts);

    /// <summary>All lists of the column, as places in <see cref="Texts"/>.</summary>
    public ReadOnlySpan<int[]?> Lists => Volatile.Read(ref _lists);

    /// <summary>About what the column takes, bytes, without its texts.</summary>
    public long Bytes => (long)capacity * (sizeof(double) + sizeof(MetadataKind));

    /// <param name="row">A row that no reader sees.</param>
    /// <param name="value">Null: the row has none.</param>
    public void Write(int row, MetadataValue? value)
    {
        (_kinds[row], _numbers[row]) = value?.KindCase switch
        {
            MetadataValue.KindOneofCase.StringValue => (MetadataKind.Text, NumberOf(value.StringValue)),
            MetadataValue.KindOneofCase.NumberValue => (MetadataKind.Number, value.NumberValue),
            MetadataValue.KindOneofCase.BoolValue => (MetadataKind.Truth, value.BoolValue ? 1 : 0),
            MetadataValue.KindOneofCase.StringList => (MetadataKind.List, Append(ref _lists, ref _listCount, [.. value.StringList.Values.Select(NumberOf)])),
            _ => (MetadataKind.None, 0),
        };
    }

    private int NumberOf(string text)
    {
        if (!_numberOf.TryGetValue(text, out var number))
            _numberOf.Add(text, number = Append(ref _texts, ref _textCount, text));
        return number;
    }

    private static int Append<T>(ref T[] items, ref int count, T item)
    {
        if (count == items.Length)
        {
            var larger = new T[Math.Max(4, 2 * count)];
            items.CopyTo(larger, 0);
            Volatile.Write(ref items, larger);
        }

        items[count] = item;
        return count++;
    }
}

/// <summary>The kinds of a metadata value.</summary>
internal enum MetadataKind : byte
{
    /// <summary>The key is absent.</summary>
    None,

    /// <summary>A text.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Truth,

    /// <summary>A list of texts.</summary>
    List,
}
