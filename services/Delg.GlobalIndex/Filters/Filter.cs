using System.Collections.Immutable;

namespace Delg.GlobalIndex.Filters;

/// <summary>
/// A condition on an entry's metadata, as a tree that never changes. It is true or false, never unknown: a test of a key that is absent, or
/// whose value is of another kind than the test's, is false, and <see cref="Negation"/> turns that to true.
/// </summary>
internal abstract record Filter;

/// <summary>True when every term is.</summary>
/// <param name="Terms">Two or more.</param>
internal sealed record Conjunction(ImmutableArray<Filter> Terms) : Filter;

/// <summary>True when a term is.</summary>
/// <param name="Terms">Two or more.</param>
internal sealed record Disjunction(ImmutableArray<Filter> Terms) : Filter;

/// <summary>True when its term is false.</summary>
/// <param name="Term">What must not hold.</param>
internal sealed record Negation(Filter Term) : Filter;

/// <summary>True when the key's value is of the same kind as <paramref name="Value"/> and compares with it as asked.</summary>
/// <param name="Key">Key of the metadata.</param>
/// <param name="Operator">An order only for texts and numbers.</param>
/// <param name="Value">What is on the right.</param>
internal sealed record Comparison(string Key, ComparisonOperator Operator, FilterValue Value) : Filter;

/// <summary>True when the key's value equals one of the values.</summary>
/// <param name="Key">Key of the metadata.</param>
/// <param name="Values">One or more, of any kinds.</param>
internal sealed record Membership(string Key, ImmutableArray<FilterValue> Values) : Filter;

/// <summary>True when the key is there, whatever its value.</summary>
/// <param name="Key">Key of the metadata.</param>
internal sealed record Presence(string Key) : Filter;

/// <summary>True when the key's value is a list of texts with this text in it.</summary>
/// <param name="Key">Key of the metadata.</param>
/// <param name="Text">An element of the list.</param>
internal sealed record Containment(string Key, string Text) : Filter;
