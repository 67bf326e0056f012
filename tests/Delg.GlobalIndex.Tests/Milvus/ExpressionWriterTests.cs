using Delg.GlobalIndex.Filters;
using Delg.GlobalIndex.Milvus;

namespace Delg.GlobalIndex.Tests.Milvus;

public sealed class ExpressionWriterTests
{
    [Theory]
    [InlineData("k = 'x'", """(metadata["k"] == "x")""")]
    [InlineData("k = 1", """(metadata["k"] == 1.0)""")]
    [InlineData("k > -2.5", """(metadata["k"] > -2.5)""")]
    [InlineData("k <= 1e300", """(metadata["k"] <= 1E+300)""")]
    [InlineData("k = true", """(metadata["k"] == true)""")]
    [InlineData("k != true", """(metadata["k"] == false)""")]
    [InlineData("k != 'x'", """(metadata["k"] < "x" or metadata["k"] > "x")""")]
    [InlineData("HAS k", """(exists metadata["k"])""")]
    [InlineData("k HAS 'x'", """(json_contains(metadata["k"], "x"))""")]
    [InlineData("NOT k = 1", """(not ((metadata["k"] == 1.0)))""")]
    [InlineData("k IN ('x', 2, 'y', false)", """((metadata["k"] in ["x","y"]) or ((metadata["k"] in [2.0]) or (metadata["k"] == false)))""")]
    [InlineData("a = 1 AND b = 2 OR c = 3", """(((metadata["a"] == 1.0) and (metadata["b"] == 2.0)) or (metadata["c"] == 3.0))""")]
    public void Where_EachTest_IsWrittenWithOurRules(string filter, string expected) =>
        Assert.Equal(expected, Writer().Where(Parse(filter)));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\"] or true or image_id in [\"", "\\\"] or true or image_id in [\\\"")]
    [InlineData("\\", "\\\\")]
    [InlineData("\\\"", "\\\\\\\"")]
    [InlineData("'", "'")]
    [InlineData("a\nb\0\u007f\u0085", "a\\u000ab\\u0000\\u007f\\u0085")]
    [InlineData("żółć 日本 \U0001F600", "żółć 日本 \U0001F600")]
    public void IdIn_Literals_NeverEndTheirQuotes(string id, string quoted) =>
        Assert.Equal($"image_id in [\"{quoted}\",\"other\"]", Writer().IdIn([id, "other"]));

    [Fact]
    public void Where_Templates_KeepsValuesOutOfTheText()
    {
        var writer = new ExpressionWriter(hasTemplates: true, partitionKey: "");

        var text = ExpressionWriter.All(writer.Where(Parse("k = 'x\"' AND n >= 2 AND l HAS 'y' AND k IN ('a', 'b', 1)")), writer.IdNotIn(["i"]), null, writer.IdAfter("z"));

        Assert.Equal(
            """((((metadata["k"] == {v0}) and (metadata["n"] >= {v1})) and ((json_contains(metadata["l"], {v2})) and """
            + """((metadata["k"] in {v3}) or (metadata["k"] in {v4})))) and (image_id not in {v5} and image_id > {v6}))""",
            text);
        Assert.Equal("x\"", writer.Values["v0"].StringVal);
        Assert.Equal(2.0, writer.Values["v1"].FloatVal);
        Assert.Equal("y", writer.Values["v2"].StringVal);
        Assert.Equal(["a", "b"], writer.Values["v3"].ArrayVal.StringData.Data);
        Assert.Equal([1.0], writer.Values["v4"].ArrayVal.DoubleData.Data);
        Assert.Equal(["i"], writer.Values["v5"].ArrayVal.StringData.Data);
        Assert.Equal("z", writer.Values["v6"].StringVal);
    }

    [Fact]
    public void Where_NamesThatLookLikeTemplates_StayText() =>
        Assert.Equal("""(metadata["k"] == "{v0}")""", Writer().Where(Parse("k = '{v0}'")));

    [Fact]
    public void Where_ThePartitionKey_NamesItsPartition()
    {
        var writer = new ExpressionWriter(hasTemplates: false, partitionKey: "tenant");

        Assert.Equal("""(metadata["tenant"] == "a" and partition_key == "a")""", writer.Where(Parse("tenant = 'a'")));
        Assert.Equal("""(metadata["tenant"] in ["a","b"] and partition_key in ["a","b"])""", writer.Where(Parse("tenant IN ('a', 'b')")));
        Assert.Equal("""(metadata["tenant"] == 1.0)""", writer.Where(Parse("tenant = 1")));
        Assert.Equal("""(metadata["other"] == "a")""", writer.Where(Parse("other = 'a'")));
    }

    [Fact]
    public void Where_ManyTerms_NestEvenly()
    {
        var filter = Parse(string.Join(" OR ", Enumerable.Range(0, 1000).Select(i => $"k = {i}")));

        var text = Writer().Where(filter);

        var (depth, deepest) = (0, 0);
        foreach (var unit in text)
        {
            depth += unit switch { '(' => 1, ')' => -1, _ => 0 };
            deepest = Math.Max(deepest, depth);
        }

        Assert.Equal(0, depth);
        Assert.Equal(11, deepest);
    }

    [Fact]
    public void All_NothingThere_IsEmpty() => Assert.Equal("", ExpressionWriter.All(null, null));

    private static ExpressionWriter Writer() => new(hasTemplates: false, partitionKey: "");

    private static Filter Parse(string text) => FilterParser.Parse(text, IndexCalls.Limits)!;
}
