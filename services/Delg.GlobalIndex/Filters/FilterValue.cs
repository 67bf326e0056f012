namespace Delg.GlobalIndex.Filters;

/// <summary>What a key's value is compared with.</summary>
internal abstract record FilterValue;

/// <summary>A text. Texts are ordered by code point.</summary>
/// <param name="Text">Well-formed UTF-16.</param>
internal sealed record TextValue(string Text) : FilterValue;

/// <summary>A number, float64 as in metadata.</summary>
/// <param name="Number">Finite.</param>
internal sealed record NumberValue(double Number) : FilterValue;

/// <summary>A truth value; it has no order.</summary>
/// <param name="Truth">True or false.</param>
internal sealed record TruthValue(bool Truth) : FilterValue;
