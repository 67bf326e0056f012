using Delg.V1;

namespace Delg.GlobalIndex.Filters;

/// <summary>Applies a filter to one entry's metadata.</summary>
internal static class FilterMatch
{
    /// <param name="filter">The condition.</param>
    /// <param name="metadata">The entry's keys and values; null: it has none.</param>
    public static bool Matches(this Filter filter, Metadata? metadata) => filter switch
    {
        Conjunction and => and.Terms.All(term => term.Matches(metadata)),
        Disjunction or => or.Terms.Any(term => term.Matches(metadata)),
        Negation not => !not.Term.Matches(metadata),
        Comparison test => ValueOf(metadata, test.Key) is { } value && Holds(value, test.Operator, test.Value),
        Membership test => ValueOf(metadata, test.Key) is { } value && test.Values.Any(other => Holds(value, ComparisonOperator.Equal, other)),
        Presence test => ValueOf(metadata, test.Key) is not null,
        Containment test => ValueOf(metadata, test.Key)?.StringList?.Values.Contains(test.Text) == true,
        _ => throw new InvalidOperationException($"No rule for {filter.GetType().Name}."),
    };

    private static MetadataValue? ValueOf(Metadata? metadata, string key) =>
        metadata is not null && metadata.Values.TryGetValue(key, out var value) ? value : null;

    private static bool Holds(MetadataValue left, ComparisonOperator comparison, FilterValue right) => (left.KindCase, right) switch
    {
        (MetadataValue.KindOneofCase.StringValue, TextValue text) => comparison.Holds(CodePointOrder.Instance.Compare(left.StringValue, text.Text)),
        (MetadataValue.KindOneofCase.NumberValue, NumberValue number) => comparison.Holds(left.NumberValue.CompareTo(number.Number)),
        (MetadataValue.KindOneofCase.BoolValue, TruthValue truth) => comparison.Holds(left.BoolValue.CompareTo(truth.Truth)),
        _ => false,
    };
}
