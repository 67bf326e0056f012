using System.Globalization;
using System.Text;
using Delg.GlobalIndex.Filters;

namespace Delg.GlobalIndex.Tests.Filters;

/// <summary>Writes filters in their language: with parentheses around everything, so that the text means the tree whatever binds closest.</summary>
internal static class FilterText
{
    public static string Of(Filter filter) => filter switch
    {
        Conjunction and => string.Join(" AND ", and.Terms.Select(Inner)),
        Disjunction or => string.Join(" OR ", or.Terms.Select(Inner)),
        Negation not => $"NOT {Inner(not.Term)}",
        Comparison test => $"{test.Key} {Of(test.Operator)} {Of(test.Value)}",
        Membership test => $"{test.Key} IN ({string.Join(", ", test.Values.Select(Of))})",
        Presence test => $"HAS {test.Key}",
        Containment test => $"{test.Key} HAS {Quote(test.Text)}",
        _ => throw new ArgumentOutOfRangeException(nameof(filter)),
    };

    /// <summary>A text in quotes, with escapes for quotes, backslashes and whatever is not printable ASCII in a control or surrogate range.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var unit in text)
        {
            if (unit is '"' or '\\')
                quoted.Append('\\').Append(unit);
            else if (char.IsControl(unit) || char.IsSurrogate(unit))
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            else
                quoted.Append(unit);
        }

        return quoted.Append('"').ToString();
    }

    private static string Inner(Filter filter) => filter is Conjunction or Disjunction ? $"({Of(filter)})" : Of(filter);

    private static string Of(FilterValue value) => value switch
    {
        TextValue text => Quote(text.Text),
        NumberValue number => number.Number.ToString("R", CultureInfo.InvariantCulture),
        TruthValue truth => truth.Truth ? "true" : "FALSE",
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    private static string Of(ComparisonOperator comparison) => comparison switch
    {
        ComparisonOperator.Equal => "=",
        ComparisonOperator.NotEqual => "!=",
        ComparisonOperator.Less => "<",
        ComparisonOperator.LessOrEqual => "<=",
        ComparisonOperator.Greater => ">",
        _ => ">=",
    };
}
