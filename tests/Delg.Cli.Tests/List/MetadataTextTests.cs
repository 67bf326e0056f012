using Delg.Cli.List;
using Delg.V1;

namespace Delg.Cli.Tests.List;

public sealed class MetadataTextTests
{
    [Fact]
    public void Of_EveryKind_IsReadableAndJson()
    {
        var metadata = new Metadata
        {
            Values =
            {
                ["year"] = new MetadataValue { NumberValue = 1990 },
                ["city"] = new MetadataValue { StringValue = "Oslo" },
                ["private"] = new MetadataValue { BoolValue = true },
                ["tags"] = new MetadataValue { StringList = new StringList { Values = { "a", "b" } } },
            },
        };

        Assert.Equal("""city="Oslo", private=true, tags=["a","b"], year=1990""", MetadataText.Of(metadata));
        Assert.Equal("""{"city":"Oslo","private":true,"tags":["a","b"],"year":1990}""", MetadataText.ToJson(metadata).ToJsonString());
        Assert.Equal("", MetadataText.Of((Metadata?)null));
    }
}
