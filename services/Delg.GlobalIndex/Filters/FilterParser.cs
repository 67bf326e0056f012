using System.Collections.Immutable;
using Delg.Contracts.Errors;

namespace Delg.GlobalIndex.Filters;

/// <summary>
/// Reads the filter language of <c>delg/v1/global_index.proto</c>: OR binds weakest, then AND, then NOT. One pass, descending; its recursion is
/// bounded by <see cref="FilterLimits.MaxDepth"/>.
/// </summary>
internal sealed class FilterParser
{
    private readonly FilterLexer _lexer;
    private readonly FilterLimits _limits;
    private FilterToken _token;
    private int _depth;
    private int _terms;

    private FilterParser(string text, FilterLimits limits)
    {
        _lexer = new FilterLexer(text);
        _limits = limits;
        _token = _lexer.Next();
    }

    /// <summary>The filter a text says; null when it says nothing, which keeps everything.</summary>
    /// <exception cref="DelgException">INVALID_ARGUMENT, FILTER_INVALID: where it goes wrong and what was expected, or which limit it passes.</exception>
    public static Filter? Parse(string text, FilterLimits limits)
    {
        if (text.Length > limits.MaxLength)
            throw FilterSyntaxError.TooLarge($"{text.Length} characters; at most {limits.MaxLength} are taken.");
        if (string.IsNullOrWhiteSpace(text))
            return null;
        var parser = new FilterParser(text, limits);
        var filter = parser.ParseDisjunction();
        return parser._token.Kind == FilterTokenKind.End ? filter : throw parser.Expected("AND, OR or the end");
    }

    private Filter ParseDisjunction()
    {
        var first = ParseConjunction();
        if (_token.Kind != FilterTokenKind.Or)
            return first;
        var terms = ImmutableArray.CreateBuilder<Filter>();
        terms.Add(first);
        while (TryTake(FilterTokenKind.Or))
            terms.Add(ParseConjunction());
        return new Disjunction(terms.ToImmutable());
    }

    private Filter ParseConjunction()
    {
        var first = ParseTerm();
        if (_token.Kind != FilterTokenKind.And)
            return first;
        var terms = ImmutableArray.CreateBuilder<Filter>();
        terms.Add(first);
        while (TryTake(FilterTokenKind.And))
            terms.Add(ParseTerm());
        return new Conjunction(terms.ToImmutable());
    }

    private Filter ParseTerm()
    {
        if (TryTake(FilterTokenKind.Not))
        {
            Deepen();
            var term = ParseTerm();
            _depth--;
            return new Negation(term);
        }

        if (TryTake(FilterTokenKind.Open))
        {
            Deepen();
            var inner = ParseDisjunction();
            Take(FilterTokenKind.Close, "AND, OR or ')'");
            _depth--;
            return inner;
        }

        CountTerm();
        return TryTake(FilterTokenKind.Has) ? new Presence(TakeKey("a key")) : ParseTest(TakeKey("a key, NOT, HAS or '('"));
    }

    private Filter ParseTest(string key)
    {
        if (TryTake(FilterTokenKind.In))
            return new Membership(key, ParseValues());
        if (TryTake(FilterTokenKind.Has))
        {
            var text = _token.Text;
            Take(FilterTokenKind.Text, "a text in quotes");
            return new Containment(key, text);
        }

        var comparison = (ComparisonOperator)_token.Number;
        Take(FilterTokenKind.Comparison, "=, !=, <, <=, >, >=, IN or HAS");
        if (_token.Kind == FilterTokenKind.Truth && comparison.NeedsOrder())
            throw Expected("a text in quotes or a number, which have an order");
        return new Comparison(key, comparison, ParseValue());
    }

    private ImmutableArray<FilterValue> ParseValues()
    {
        Take(FilterTokenKind.Open, "'('");
        var values = ImmutableArray.CreateBuilder<FilterValue>();
        values.Add(ParseValue());
        while (TryTake(FilterTokenKind.Comma))
        {
            CountTerm();
            values.Add(ParseValue());
        }

        Take(FilterTokenKind.Close, "',' or ')'");
        return values.ToImmutable();
    }

    private FilterValue ParseValue()
    {
        FilterValue value = _token.Kind switch
        {
            FilterTokenKind.Text => new TextValue(_token.Text),
            FilterTokenKind.Number => new NumberValue(_token.Number),
            FilterTokenKind.Truth => new TruthValue(_token.Number != 0),
            _ => throw Expected("a text in quotes, a number, true or false"),
        };
        _token = _lexer.Next();
        return value;
    }

    private string TakeKey(string expected)
    {
        var key = _token.Text;
        Take(FilterTokenKind.Key, expected);
        return key;
    }

    private void Take(FilterTokenKind kind, string expected)
    {
        if (!TryTake(kind))
            throw Expected(expected);
    }

    private bool TryTake(FilterTokenKind kind)
    {
        if (_token.Kind != kind)
            return false;
        _token = _lexer.Next();
        return true;
    }

    private void Deepen()
    {
        if (++_depth > _limits.MaxDepth)
            throw FilterSyntaxError.TooLarge($"More than {_limits.MaxDepth} parentheses and NOTs lie inside each other.");
    }

    private void CountTerm()
    {
        if (++_terms > _limits.MaxTerms)
            throw FilterSyntaxError.TooLarge($"More than {_limits.MaxTerms} tests; each value of an IN counts as one.");
    }

    private DelgException Expected(string what) => FilterSyntaxError.At(_lexer.Text, _token.Start, _token.End, what);
}
