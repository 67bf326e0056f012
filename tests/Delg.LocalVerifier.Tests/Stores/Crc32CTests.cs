using System.Numerics;
using System.Text;
using Delg.LocalVerifier.Stores;

namespace Delg.LocalVerifier.Tests.Stores;

public class Crc32CTests
{
    [Fact]
    public void Of_CheckString_GivesThePublishedValue() => Assert.Equal(0xE3069283, Crc32C.Of(Encoding.ASCII.GetBytes("123456789")));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6143)]
    [InlineData(6144)]
    [InlineData(6167)]
    [InlineData(100_003)]
    [InlineData(528_036)]
    public void Of_AnyLength_EqualsByteByByte(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        var expected = ~bytes.Aggregate(uint.MaxValue, (crc, value) => BitOperations.Crc32C(crc, value));
        Assert.Equal(expected, Crc32C.Of(bytes));
    }
}
