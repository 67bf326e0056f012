using Delg.Contracts.Descriptors;
using Delg.V1;

namespace Delg.Contracts.Tests.Descriptors;

public class DescriptorCodecTests
{
    private const int Dim = 16;

    [Fact]
    public void Decode_Float32_IsExact()
    {
        var rows = Rows(1, 7);
        var packed = DescriptorCodec.Encode(rows, Dim, DescriptorEncoding.Float32, out var scale);
        Assert.Equal(0, scale);
        Assert.Equal(BitConverter.GetBytes(rows[5]), packed[20..24]);
        Assert.Equal(rows, DescriptorCodec.Decode(packed, Dim, DescriptorEncoding.Float32, 0));
    }

    [Fact]
    public void Decode_Int8_IsWithinHalfAStep()
    {
        var rows = Rows(2, 7);
        var packed = DescriptorCodec.Encode(rows, Dim, DescriptorEncoding.Int8, out var scale);
        Assert.Equal(7 * Dim, packed.Length);
        Assert.Equal(rows.Max(MathF.Abs) / 127, scale, 1e-7f);
        var decoded = DescriptorCodec.Decode(packed, Dim, DescriptorEncoding.Int8, scale);
        for (var i = 0; i < rows.Length; i++)
            Assert.InRange(MathF.Abs(decoded[i] - rows[i]), 0, (scale / 2) + 1e-6f);
    }

    [Fact]
    public void Encode_Int8OfZeros_HasAUsableScale()
    {
        var packed = DescriptorCodec.Encode(new float[Dim], Dim, DescriptorEncoding.Int8, out var scale);
        Assert.True(scale > 0);
        Assert.All(packed, value => Assert.Equal(0, value));
    }

    [Fact]
    public void Encode_Binary_PutsTheFirstComponentInTheTopBit()
    {
        float[] row = [1, -1, 0, 2, -3, -4, -5, 0.1f, -1, -1, -1, -1, -1, -1, 1, -1];
        Assert.Equal([0b1001_0001, 0b0000_0010], DescriptorCodec.Encode(row, Dim, DescriptorEncoding.Binary, out _));
    }

    [Fact]
    public void Decode_Binary_HasUnitLengthAndTheSigns()
    {
        var rows = Rows(3, 5);
        var packed = DescriptorCodec.Encode(rows, Dim, DescriptorEncoding.Binary, out _);
        var decoded = DescriptorCodec.Decode(packed, Dim, DescriptorEncoding.Binary, 0);
        Assert.Equal(rows.Select(MathF.Sign), decoded.Select(MathF.Sign));
        Assert.All(decoded.Chunk(Dim), row => Assert.Equal(1, row.Sum(value => value * value), 1e-5f));
    }

    [Theory]
    [InlineData(DescriptorEncoding.Float32, 512)]
    [InlineData(DescriptorEncoding.Int8, 128)]
    [InlineData(DescriptorEncoding.Binary, 16)]
    public void BytesPerFeature_Of128Components_IsAsStated(DescriptorEncoding encoding, int bytes) =>
        Assert.Equal(bytes, DescriptorCodec.BytesPerFeature(encoding, 128));

    [Fact]
    public void BytesPerFeature_Unspecified_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DescriptorCodec.BytesPerFeature(DescriptorEncoding.Unspecified, 128));

    private static float[] Rows(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count * Dim).Select(_ => random.NextSingle() - 0.5f)];
    }
}
