using Delg.Gateway.Access.Keys;

namespace Delg.Gateway.Tests.Access;

public class ApiKeyTests
{
    [Fact]
    public void Key_Revealed_IsReadAgainAndMatchesItsHashOnly()
    {
        var key = ApiKey.Create();

        Assert.True(ApiKey.TryParse(key.Reveal(), out var read));
        Assert.Equal(key.Id, read.Id);
        Assert.True(read.Matches(key.Hash));
        Assert.False(read.Matches(ApiKey.Create().Hash));
        Assert.DoesNotContain(key.Hash, key.Reveal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Key_AsText_KeepsItsSecret() => Assert.DoesNotContain("delg_", $"{ApiKey.Create()}", StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("delg_")]
    [InlineData("delg_id")]
    [InlineData("delg_id_00")]
    [InlineData("delg__0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("delg_id_000000000000000000000000000000000000000000000000000000000000000g")]
    [InlineData("delg_id_0000000000000000000000000000000000000000000000000000000000000000_")]
    [InlineData("grbl_id_0000000000000000000000000000000000000000000000000000000000000000")]
    public void Text_ThatIsNoKey_IsNone(string text) => Assert.False(ApiKey.TryParse(text, out _));
}
