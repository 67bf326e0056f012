namespace Delg.GlobalIndex.Filters;

/// <summary>The smallest pieces of a filter's text.</summary>
internal enum FilterTokenKind
{
    /// <summary>Nothing is left.</summary>
    End,

    /// <summary>A key of the metadata.</summary>
    Key,

    /// <summary>A text in quotes.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A comparison operator.</summary>
    Comparison,

    /// <summary><c>(</c></summary>
    Open,

    /// <summary><c>)</c></summary>
    Close,

    /// <summary><c>,</c></summary>
    Comma,

    /// <summary>AND</summary>
    And,

    /// <summary>OR</summary>
    Or,

    /// <summary>NOT</summary>
    Not,

    /// <summary>IN</summary>
    In,

    /// <summary>HAS</summary>
    Has,

    /// <summary>TRUE or FALSE</summary>
    Truth,
}

/// <summary>A piece of a filter's text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it begins, UTF-16 units.</param>
/// <param name="End">Where it ends, exclusive.</param>
/// <param name="Text">A key, or a text without its quotes and escapes; else empty.</param>
/// <param name="Number">The number; 1 and 0 stand for TRUE and FALSE; for a comparison its <see cref="ComparisonOperator"/>.</param>
internal readonly record struct FilterToken(FilterTokenKind Kind, int Start, int End, string Text = "", double Number = 0);
