using Delg.LocalVerifier.Stores;

namespace Delg.LocalVerifier.Tests.Stores;

public class ValueBuffersTests
{
    [Fact]
    public void Rent_AfterReturnOfManyOfASize_AllocatesNone()
    {
        var buffers = new ValueBuffers(100_000_000);
        var first = Enumerable.Range(0, 150).Select(_ => buffers.Rent(544_036)).ToHashSet();
        foreach (var buffer in first)
            buffers.Return(buffer);
        Assert.All(Enumerable.Range(0, 150), _ => Assert.Contains(buffers.Rent(540_000), first));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(144_036)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    public void Rent_AnyLength_IsAtMostAQuarterLonger(int length) =>
        Assert.InRange(new ValueBuffers(0).Rent(length).Length, length, Math.Max(4096, length * 5L / 4));

    [Fact]
    public void Return_BeyondTheLimit_KeepsTheSizeInUseAndDropsTheOthers()
    {
        var buffers = new ValueBuffers(50_000);
        var (old, kept, over) = (buffers.Rent(40_000), buffers.Rent(32_000), buffers.Rent(32_000));
        buffers.Return(old);
        buffers.Return(kept);
        buffers.Return(over);
        Assert.NotSame(old, buffers.Rent(40_000));
        Assert.Same(kept, buffers.Rent(32_000));
        Assert.NotSame(over, buffers.Rent(32_000));
    }
}
