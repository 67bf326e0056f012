using System.Globalization;
using System.Text;

namespace Delg.GlobalIndex.Filters;

/// <summary>Cuts a filter's text into tokens.</summary>
internal sealed class FilterLexer(string text)
{
    private int _at;

    public string Text => text;

    /// <exception cref="Contracts.Errors.DelgException">FILTER_INVALID.</exception>
    public FilterToken Next()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
        if (_at == text.Length)
            return new FilterToken(FilterTokenKind.End, _at, _at);
        var start = _at;
        switch (text[_at])
        {
            case '(':
                return Symbol(FilterTokenKind.Open, 1);
            case ')':
                return Symbol(FilterTokenKind.Close, 1);
            case ',':
                return Symbol(FilterTokenKind.Comma, 1);
            case '=':
                return Operator(ComparisonOperator.Equal, 1);
            case '!' when Following == '=':
                return Operator(ComparisonOperator.NotEqual, 2);
            case '<' when Following == '=':
                return Operator(ComparisonOperator.LessOrEqual, 2);
            case '<':
                return Operator(ComparisonOperator.Less, 1);
            case '>' when Following == '=':
                return Operator(ComparisonOperator.GreaterOrEqual, 2);
            case '>':
                return Operator(ComparisonOperator.Greater, 1);
            case '"' or '\'':
                return new FilterToken(FilterTokenKind.Text, start, _at, ReadText(text[_at])) with { End = _at };
            case '`':
                return ReadQuotedKey();
            case >= '0' and <= '9' or '-' or '+' or '.':
                return ReadNumber();
            case var letter when IsKeyStart(letter):
                return ReadWord();
            default:
                // A surrogate is shown with its other half.
                throw FilterSyntaxError.At(text, start, start + (char.IsHighSurrogate(text[start]) ? 2 : 1), "a key, a value or an operator");
        }
    }

    private char Following => _at + 1 < text.Length ? text[_at + 1] : '\0';

    private static bool IsKeyStart(char letter) => char.IsAsciiLetter(letter) || letter == '_';

    private static bool IsKeyPart(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';

    private FilterToken Symbol(FilterTokenKind kind, int length) => new(kind, _at, _at += length);

    private FilterToken Operator(ComparisonOperator comparison, int length) =>
        Symbol(FilterTokenKind.Comparison, length) with { Number = (int)comparison };

    private FilterToken ReadWord()
    {
        var start = _at;
        while (_at < text.Length && IsKeyPart(text[_at]))
            _at++;
        var word = text[start.._at];
        return word.ToUpperInvariant() switch
        {
            "AND" => new(FilterTokenKind.And, start, _at),
            "OR" => new(FilterTokenKind.Or, start, _at),
            "NOT" => new(FilterTokenKind.Not, start, _at),
            "IN" => new(FilterTokenKind.In, start, _at),
            "HAS" => new(FilterTokenKind.Has, start, _at),
            "TRUE" => new(FilterTokenKind.Truth, start, _at, Number: 1),
            "FALSE" => new(FilterTokenKind.Truth, start, _at),
            _ => new(FilterTokenKind.Key, start, _at, word),
        };
    }

    /// <summary>A key that reads like a word of the language, in backticks.</summary>
    private FilterToken ReadQuotedKey()
    {
        var start = _at++;
        while (_at < text.Length && IsKeyPart(text[_at]))
            _at++;
        var key = text[(start + 1).._at];
        if (key.Length == 0 || !IsKeyStart(key[0]))
            throw FilterSyntaxError.At(text, start + 1, _at, "a key of letters, digits and '_'");
        if (_at == text.Length || text[_at] != '`')
            throw FilterSyntaxError.At(text, _at, _at + 1, "a closing `");
        return new FilterToken(FilterTokenKind.Key, start, ++_at, key);
    }

    private FilterToken ReadNumber()
    {
        var start = _at;
        while (_at < text.Length && (IsKeyPart(text[_at]) || text[_at] == '.' || (text[_at] is '+' or '-' && (_at == start || text[_at - 1] is 'e' or 'E'))))
            _at++;
        const NumberStyles styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!double.TryParse(text.AsSpan(start, _at - start), styles, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
            throw FilterSyntaxError.At(text, start, _at, "a finite number");
        return new FilterToken(FilterTokenKind.Number, start, _at, Number: number);
    }

    private string ReadText(char quote)
    {
        var start = _at++;
        var content = new StringBuilder();
        for (; _at < text.Length; _at++)
        {
            if (text[_at] == quote)
            {
                _at++;
                return content.ToString();
            }

            content.Append(text[_at] == '\\' ? ReadEscape() : text[_at]);
        }

        throw FilterSyntaxError.At(text, text.Length, text.Length, $"a closing {quote} for the one at character {start + 1}");
    }

    /// <summary>Stops on the escape's last unit.</summary>
    private string ReadEscape()
    {
        var start = _at++;
        switch (_at < text.Length ? text[_at] : '\0')
        {
            case '\\':
                return "\\";
            case '"':
                return "\"";
            case '\'':
                return "'";
            case 'n':
                return "\n";
            case 'r':
                return "\r";
            case 't':
                return "\t";
            case 'u':
                return ReadCodePoint(start);
            default:
                throw FilterSyntaxError.At(text, start, Math.Min(_at + 1, text.Length), """one of \\ \" \' \n \r \t \uXXXX""");
        }
    }

    private string ReadCodePoint(int start)
    {
        const string expected = @"\u and four hexadecimal digits, in pairs beyond U+FFFF";
        var first = ReadHexadecimal(start, expected);
        if (!char.IsSurrogate(first))
            return $"{first}";
        if (char.IsLowSurrogate(first) || _at + 2 >= text.Length || text[_at + 1] != '\\' || text[_at + 2] != 'u')
            throw FilterSyntaxError.At(text, start, _at + 1, expected);
        _at += 2;
        var second = ReadHexadecimal(start, expected);
        return char.IsLowSurrogate(second) ? $"{first}{second}" : throw FilterSyntaxError.At(text, start, _at + 1, expected);
    }

    private char ReadHexadecimal(int start, string expected)
    {
        const int digits = 4;
        if (_at + digits >= text.Length
            || !ushort.TryParse(text.AsSpan(_at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
        {
            throw FilterSyntaxError.At(text, start, Math.Min(_at + 1 + digits, text.Length), expected);
        }

        _at += digits;
        return (char)unit;
    }
}
