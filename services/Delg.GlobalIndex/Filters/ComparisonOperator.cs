namespace Delg.GlobalIndex.Filters;

/// <summary>How a <see cref="Comparison"/> compares.</summary>
internal enum ComparisonOperator
{
    /// <summary><c>=</c></summary>
    Equal,

    /// <summary><c>!=</c></summary>
    NotEqual,

    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&lt;=</c></summary>
    LessOrEqual,

    /// <summary><c>&gt;</c></summary>
    Greater,

    /// <summary><c>&gt;=</c></summary>
    GreaterOrEqual,
}

/// <summary>What an operator says of an order.</summary>
internal static class ComparisonOperators
{
    /// <summary>True when the operator holds for two values that compare as <paramref name="order"/>.</summary>
    /// <param name="comparison">The operator.</param>
    /// <param name="order">Below 0: the left one comes first; 0: they are equal; above 0: the right one does.</param>
    public static bool Holds(this ComparisonOperator comparison, int order) => comparison switch
    {
        ComparisonOperator.Equal => order == 0,
        ComparisonOperator.NotEqual => order != 0,
        ComparisonOperator.Less => order < 0,
        ComparisonOperator.LessOrEqual => order <= 0,
        ComparisonOperator.Greater => order > 0,
        _ => order >= 0,
    };

    public static bool NeedsOrder(this ComparisonOperator comparison) => comparison > ComparisonOperator.NotEqual;
}
