using Delg.Contracts.Descriptors;
using Delg.Contracts.Validation;
using Delg.V1;

namespace Delg.Contracts.Tests.Descriptors;

public class LocalFeaturesEncodingTests
{
    [Theory]
    [InlineData(DescriptorEncoding.Float32, DescriptorEncoding.Int8)]
    [InlineData(DescriptorEncoding.Float32, DescriptorEncoding.Binary)]
    [InlineData(DescriptorEncoding.Int8, DescriptorEncoding.Binary)]
    public void ReducedTo_SmallerEncoding_ChangesTheDescriptorsOnly(DescriptorEncoding from, DescriptorEncoding to)
    {
        var features = ValidFeatures.Of(9, from);
        var reduced = features.ReducedTo(to);
        Assert.Equal(to, reduced.Encoding);
        Assert.Equal(features.Positions, reduced.Positions);
        Assert.Equal(9 * DescriptorCodec.BytesPerFeature(to, ValidFeatures.Dim), reduced.Descriptors.Length);
        Assert.True(new MessageCheck().Local(reduced, "features"));
        Assert.Equal(from, features.Encoding);
    }

    [Fact]
    public void ReducedTo_LargerOrSameEncoding_IsTheMessageItself()
    {
        var features = ValidFeatures.Of(9, DescriptorEncoding.Int8);
        Assert.Same(features, features.ReducedTo(DescriptorEncoding.Int8));
        Assert.Same(features, features.ReducedTo(DescriptorEncoding.Float32));
    }

    [Fact]
    public void ReducedTo_BinaryFromInt8_EqualsBinaryFromFloatWhereNothingRoundsToZero()
    {
        var floats = ValidFeatures.Of(1, DescriptorEncoding.Float32);
        var row = Enumerable.Range(0, ValidFeatures.Dim).Select(i => i % 3 == 0 ? -0.2f : 0.1f).ToArray();
        floats.Descriptors = Google.Protobuf.ByteString.CopyFrom(DescriptorCodec.Encode(row, ValidFeatures.Dim, DescriptorEncoding.Float32, out _));
        Assert.Equal(
            floats.ReducedTo(DescriptorEncoding.Binary).Descriptors,
            floats.ReducedTo(DescriptorEncoding.Int8).ReducedTo(DescriptorEncoding.Binary).Descriptors);
    }

    [Fact]
    public void Count_IsTheNumberOfScores() => Assert.Equal(9, ValidFeatures.Of(9, DescriptorEncoding.Binary).Count());
}
