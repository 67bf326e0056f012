using Delg.Contracts.Errors;
using Delg.GlobalIndex.Filters;
using Grpc.Core;

namespace Delg.GlobalIndex.Tests.Filters;

public sealed class FilterParserTests
{
    [Theory]
    [InlineData("a = 1 OR b = 2 AND c = 3", "a = 1 OR (b = 2 AND c = 3)")]
    [InlineData("a = 1 AND b = 2 OR c = 3", "(a = 1 AND b = 2) OR c = 3")]
    [InlineData("(a = 1 OR b = 2) AND c = 3", "(a = 1 OR b = 2) AND c = 3")]
    [InlineData("NOT a = 1 AND b = 2", "NOT a = 1 AND b = 2")]
    [InlineData("NOT (a = 1 AND b = 2)", "NOT (a = 1 AND b = 2)")]
    [InlineData("not NOT a=1", "NOT NOT a = 1")]
    [InlineData("((a=1))", "a = 1")]
    [InlineData("a=1 and b=2 AND c=3 And d=4", "a = 1 AND b = 2 AND c = 3 AND d = 4")]
    [InlineData("  a\t>=\n-2.50e1 ", "a >= -25")]
    [InlineData("a<1 or a<=1 or a>1 or a!=1", "a < 1 OR a <= 1 OR a > 1 OR a != 1")]
    [InlineData("a in (1,'x',TRUE)", "a IN (1, \"x\", true)")]
    [InlineData("has a and tags has 'x'", "HAS a AND tags HAS \"x\"")]
    [InlineData("`in` = 1 OR HAS `has` OR `Zone_9` HAS 'x'", "in = 1 OR HAS has OR Zone_9 HAS \"x\"")]
    [InlineData("a = \"it's\" OR a = 'a \"b\"'", "a = \"it's\" OR a = \"a \\\"b\\\"\"")]
    [InlineData("a = .5 OR a = +1", "a = 0.5 OR a = 1")]
    public void Parse_Filter_BindsAsTheContractSays(string text, string meaning) => Assert.Equal(meaning, FilterText.Of(Parse(text)!));

    [Theory]
    [InlineData(@"'\\'", "\\")]
    [InlineData(@"""\""""", "\"")]
    [InlineData(@"'\''", "'")]
    [InlineData(@"'\n\r\t'", "\n\r\t")]
    [InlineData(@"'\u00e9\uD83D\uDE00'", "é😀")]
    [InlineData("'日本 \u0001'", "日本 \u0001")]
    [InlineData("''", "")]
    public void Parse_Text_UndoesEscapes(string literal, string text) =>
        Assert.Equal(new Comparison("a", ComparisonOperator.Equal, new TextValue(text)), Parse($"a = {literal}"));

    [Theory]
    [InlineData("")]
    [InlineData(" \t\n")]
    public void Parse_Blank_IsNoFilter(string text) => Assert.Null(Parse(text));

    [Theory]
    [InlineData("a", 2, "=, !=")]
    [InlineData("a = ", 5, "a text in quotes, a number")]
    [InlineData("a = b", 5, "a text in quotes, a number")]
    [InlineData("a = 1 b", 7, "AND, OR or the end")]
    [InlineData("a = 1)", 6, "AND, OR or the end")]
    [InlineData("(a = 1", 7, "AND, OR or ')'")]
    [InlineData("a = 1 AND", 10, "a key")]
    [InlineData("AND a = 1", 1, "a key")]
    [InlineData("= 1", 1, "a key")]
    [InlineData("a == 1", 4, "a text in quotes, a number")]
    [InlineData("a ! 1", 3, "a key, a value or an operator")]
    [InlineData("a & 1", 3, "a key, a value or an operator")]
    [InlineData("日 = 1", 1, "a key, a value or an operator")]
    [InlineData("a = '😀' 日", 9, "a key, a value or an operator")]
    [InlineData("a < true", 5, "which have an order")]
    [InlineData("a IN ()", 7, "a text in quotes, a number")]
    [InlineData("a IN (1", 8, "',' or ')'")]
    [InlineData("a IN (1,)", 9, "a text in quotes, a number")]
    [InlineData("a IN 1", 6, "'('")]
    [InlineData("a HAS 1", 7, "a text in quotes")]
    [InlineData("HAS 'a'", 5, "a key")]
    [InlineData("a = 'x", 7, "a closing ' for the one at character 5")]
    [InlineData(@"a = 'x\'", 9, "a closing '")]
    [InlineData(@"a = '\x'", 6, "one of")]
    [InlineData(@"a = '\", 6, "one of")]
    [InlineData(@"a = '\u12'", 6, "four hexadecimal digits")]
    [InlineData(@"a = '\ud83d'", 6, "in pairs")]
    [InlineData(@"a = '\ude00'", 6, "in pairs")]
    [InlineData(@"a = '\ud83d\u0041'", 6, "in pairs")]
    [InlineData("a = 1e999", 5, "a finite number")]
    [InlineData("a = 1.2.3", 5, "a finite number")]
    [InlineData("a = -", 5, "a finite number")]
    [InlineData("a = 1x", 5, "a finite number")]
    [InlineData("`` = 1", 2, "a key of letters")]
    [InlineData("`1` = 1", 2, "a key of letters")]
    [InlineData("`a = 1", 3, "a closing `")]
    public void Parse_Mistake_SaysWhereAndWhatWasExpected(string text, int position, string expected)
    {
        var failure = Assert.Throws<DelgException>(() => Parse(text));

        Assert.Equal((StatusCode.InvalidArgument, ErrorReason.FilterInvalid, $"{position}"), (failure.Code, failure.Reason, failure.Details["position"]));
        Assert.Contains(expected, failure.Details["expected"], StringComparison.Ordinal);
        Assert.Contains($"At character {position}: expected ", failure.Message, StringComparison.Ordinal);
        Assert.Equal("filter", Assert.Single(failure.Violations).Field);
    }

    [Fact]
    public void Parse_BeyondALimit_NamesTheLimit()
    {
        var limits = new FilterLimits(MaxLength: 100, MaxDepth: 3, MaxTerms: 4);
        string[] fine = [new string(' ', 100), "((NOT a = 1))", "a IN (1, 2, 3) AND b = 1", "NOT a=1 AND NOT a=1 AND NOT a=1 AND NOT a=1"];
        (string Text, string Limit)[] beyond =
            [(new string(' ', 101), "100"), ("(((NOT a = 1)))", "3"), ("NOT NOT NOT NOT a = 1", "3"), ("a IN (1, 2, 3, 4) AND b = 1", "4")];

        Assert.All(fine, text => FilterParser.Parse(text, limits));
        Assert.All(beyond, pair =>
        {
            var failure = Assert.Throws<DelgException>(() => FilterParser.Parse(pair.Text, limits));
            Assert.Equal((StatusCode.InvalidArgument, ErrorReason.FilterInvalid), (failure.Code, failure.Reason));
            Assert.Contains(pair.Limit, failure.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Parse_WrittenRandomTree_GivesTheTreeBack()
    {
        var random = new Random(5);
        for (var i = 0; i < 2000; i++)
        {
            var text = FilterText.Of(RandomFilters.Filter(random, depth: 4));
            Assert.Equal(text, FilterText.Of(FilterParser.Parse(text, IndexCalls.Limits)!));
        }
    }

    [Fact]
    public void Parse_Rubbish_FailsOnlyWithItsReason()
    {
        const string letters = "ab=!<>()`'\"\\u0dE,. -1+NOTANDORINHAS\ud83d\ude00日\n";
        var random = new Random(6);
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 25)).Select(_ => letters[random.Next(letters.Length)]));
            try
            {
                FilterParser.Parse(text, IndexCalls.Limits);
            }
            catch (DelgException failure) when (failure.Reason == ErrorReason.FilterInvalid)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1, 20_000);
    }

    private static Filter? Parse(string text) => FilterParser.Parse(text, IndexCalls.Limits);
}
