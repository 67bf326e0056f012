using Delg.GlobalIndex.Milvus;

namespace Delg.GlobalIndex.Tests.Milvus;

public sealed class CollectionNamesTests
{
    private const string Prefix = "delg_";

    [Fact]
    public void ToMilvus_NamesThatLookAlike_StayApartAndComeBack()
    {
        string[] names = ["a", "a_", "a-", "a__", "a_-", "a-_", "a--", "a_h", "ah", "a_h-", "A", $"x{new string('-', 63)}", $"x{new string('_', 63)}"];

        var milvusNames = names.Select(name => CollectionNames.ToMilvus(Prefix, name)).ToList();

        Assert.Equal(names.Length, milvusNames.Distinct().Count());
        Assert.All(milvusNames, name => Assert.Matches("^[A-Za-z_][A-Za-z0-9_]{0,254}$", name));
        Assert.Equal(names, milvusNames.Select(name => CollectionNames.TryRead(Prefix, name, out var read) ? read : null));
    }

    [Theory]
    [InlineData("other_a")]
    [InlineData("delg_")]
    [InlineData("delg_a_")]
    [InlineData("delg_a_x")]
    [InlineData("delg_1")]
    [InlineData("delg___a")]
    public void TryRead_NotOurs_IsRefused(string milvusName) => Assert.False(CollectionNames.TryRead(Prefix, milvusName, out _));
}
