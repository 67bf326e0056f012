using Delg.GlobalIndex.Filters;

namespace Delg.GlobalIndex.Exact.Columns;

/// <summary>Applies a filter to all rows of a chunk at once. Says the same as <see cref="FilterMatch"/>, row by row.</summary>
internal static class ColumnFilter
{
    private const int WordBits = 64;

    /// <summary>Words that a bit for each of <paramref name="rows"/> takes.</summary>
    public static int Words(int rows) => (rows + WordBits - 1) / WordBits;

    /// <param name="filter">The condition.</param>
    /// <param name="columns">The chunk's metadata.</param>
    /// <param name="count">Rows to look at.</param>
    /// <param name="kept">One bit a row, set where the filter keeps it; bits from <paramref name="count"/> on may be anything.</param>
    public static void Apply(Filter filter, MetadataColumns columns, int count, Span<ulong> kept)
    {
        switch (filter)
        {
            case Conjunction and:
                Combine(and.Terms.AsSpan(), columns, count, kept, isConjunction: true);
                break;
            case Disjunction or:
                Combine(or.Terms.AsSpan(), columns, count, kept, isConjunction: false);
                break;
            case Negation not:
                Apply(not.Term, columns, count, kept);
                foreach (ref var word in kept)
                    word = ~word;
                break;
            case Comparison test:
                kept.Clear();
                if (columns.Find(test.Key) is { } compared)
                    Compare(compared, test, count, kept);
                break;
            case Membership test:
                kept.Clear();
                if (columns.Find(test.Key) is { } listed)
                    FindAny(listed, test, count, kept);
                break;
            case Presence test:
                kept.Clear();
                if (columns.Find(test.Key) is { } present)
                    FindPresent(present.Kinds, count, kept);
                break;
            case Containment test:
                kept.Clear();
                if (columns.Find(test.Key) is { } lists)
                    FindInLists(lists, test.Text, count, kept);
                break;
            default:
                throw new InvalidOperationException($"No rule for {filter.GetType().Name}.");
        }
    }

    private static void Combine(ReadOnlySpan<Filter> terms, MetadataColumns columns, int count, Span<ulong> kept, bool isConjunction)
    {
        Apply(terms[0], columns, count, kept);
        Span<ulong> next = stackalloc ulong[kept.Length];
        foreach (var term in terms[1..])
        {
            Apply(term, columns, count, next);
            for (var i = 0; i < kept.Length; i++)
                kept[i] = isConjunction ? kept[i] & next[i] : kept[i] | next[i];
        }
    }

    private static void Compare(MetadataColumn column, Comparison test, int count, Span<ulong> kept)
    {
        switch (test.Value)
        {
            case TextValue right:
                KeepTexts(column, count, kept, left => test.Operator.Holds(CodePointOrder.Instance.Compare(left, right.Text)));
                break;
            case NumberValue right:
                KeepNumbers(column, MetadataKind.Number, count, kept, left => test.Operator.Holds(left.CompareTo(right.Number)));
                break;
            case TruthValue right:
                KeepNumbers(column, MetadataKind.Truth, count, kept, left => test.Operator.Holds((left != 0).CompareTo(right.Truth)));
                break;
        }
    }

    private static void FindAny(MetadataColumn column, Membership test, int count, Span<ulong> kept)
    {
        var texts = test.Values.OfType<TextValue>().Select(value => value.Text).ToHashSet(StringComparer.Ordinal);
        var numbers = test.Values.OfType<NumberValue>().Select(value => value.Number).ToHashSet();
        var truths = test.Values.OfType<TruthValue>().Select(value => value.Truth).ToHashSet();
        if (texts.Count > 0)
            KeepTexts(column, count, kept, texts.Contains);
        if (numbers.Count > 0)
            KeepNumbers(column, MetadataKind.Number, count, kept, numbers.Contains);
        if (truths.Count > 0)
            KeepNumbers(column, MetadataKind.Truth, count, kept, number => truths.Contains(number != 0));
    }

    private static void FindPresent(ReadOnlySpan<MetadataKind> kinds, int count, Span<ulong> kept)
    {
        for (var row = 0; row < count; row++)
        {
            if (kinds[row] != MetadataKind.None)
                Keep(kept, row);
        }
    }

    private static void FindInLists(MetadataColumn column, string text, int count, Span<ulong> kept)
    {
        var place = column.Texts.IndexOf(text);
        if (place < 0)
            return;
        var kinds = column.Kinds;
        var numbers = column.Numbers;
        var lists = column.Lists;
        for (var row = 0; row < count; row++)
        {
            if (kinds[row] == MetadataKind.List && lists[(int)numbers[row]]!.Contains(place))
                Keep(kept, row);
        }
    }

    private static void KeepTexts(MetadataColumn column, int count, Span<ulong> kept, Func<string, bool> holds)
    {
        var kinds = column.Kinds;
        var numbers = column.Numbers;
        // Each text is tested once, when a row with it is met first.
        var texts = column.Texts;
        var known = new bool?[texts.Length];
        for (var row = 0; row < count; row++)
        {
            if (kinds[row] == MetadataKind.Text && (known[(int)numbers[row]] ??= holds(texts[(int)numbers[row]]!)))
                Keep(kept, row);
        }
    }

    private static void KeepNumbers(MetadataColumn column, MetadataKind kind, int count, Span<ulong> kept, Func<double, bool> holds)
    {
        var kinds = column.Kinds;
        var numbers = column.Numbers;
        for (var row = 0; row < count; row++)
        {
            if (kinds[row] == kind && holds(numbers[row]))
                Keep(kept, row);
        }
    }

    private static void Keep(Span<ulong> kept, int row) => kept[row / WordBits] |= 1ul << row;
}
