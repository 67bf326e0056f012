using Delg.GlobalIndex.Milvus;

namespace Delg.GlobalIndex.Tests.Milvus;

public sealed class MilvusVersionTests
{
    [Theory]
    [InlineData("v2.3.5-lite", false, false)]
    [InlineData("2.4.0", true, false)]
    [InlineData("v2.5.4", true, true)]
    [InlineData("v3.0", true, true)]
    [InlineData("nightly", false, false)]
    [InlineData("", false, false)]
    public void Parse_EachForm_TellsWhatTheServerCanDo(string text, bool hasFloat16, bool hasTemplates)
    {
        var version = MilvusVersion.Parse(text);

        Assert.Equal((text, hasFloat16, hasTemplates), (version.Text, version.HasFloat16, version.HasTemplates));
    }
}
