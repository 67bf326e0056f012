using Delg.Contracts.Errors;
using Delg.Contracts.Validation;
using Delg.V1;
using Google.Protobuf;

namespace Delg.Contracts.Tests.Validation;

public class LocalFeaturesCheckTests
{
    public static TheoryData<string, Action<LocalFeatures>> Mistakes() => new()
    {
        { "f.model_id", features => features.ModelId = "" },
        { "f.model_id", features => features.ModelId = new string('m', 257) },
        { "f.image_size", features => features.ImageSize = null },
        { "f.image_size", features => features.ImageSize.Height = 0 },
        { "f.positions", features => features.Positions.RemoveAt(0) },
        { "f.positions", features => features.Positions[1] = float.NaN },
        { "f.scales", features => features.Scales.Add(1) },
        { "f.scales", features => features.Scales[0] = 0 },
        { "f.scores", features => features.Scores[0] = float.PositiveInfinity },
        { "f.encoding", features => features.Encoding = DescriptorEncoding.Unspecified },
        { "f.encoding", features => features.Encoding = (DescriptorEncoding)9 },
        { "f.dim", features => features.Dim = 0 },
        { "f.dim", features => features.Dim = 1025 },
        { "f.dim", features => (features.Encoding, features.Dim) = (DescriptorEncoding.Binary, 33) },
        { "f.int8_scale", features => features.Int8Scale = 0 },
        { "f.int8_scale", features => features.Int8Scale = float.NaN },
        { "f.descriptors", features => features.Descriptors = ByteString.CopyFrom(new byte[31]) },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Local_OneMistake_NamesItsField(string field, Action<LocalFeatures> spoil)
    {
        var features = ValidFeatures.Of(3, DescriptorEncoding.Int8);
        spoil(features);
        var check = new MessageCheck();
        Assert.False(check.Local(features, "f"));
        var failure = Assert.Throws<DelgException>(check.ThrowIfInvalid);
        Assert.Equal(ErrorReason.FeaturesInvalid, failure.Reason);
        Assert.Equal(field, Assert.Single(failure.Violations).Field);
    }

    [Theory]
    [InlineData(DescriptorEncoding.Float32)]
    [InlineData(DescriptorEncoding.Int8)]
    [InlineData(DescriptorEncoding.Binary)]
    public void Local_ValidOrEmpty_Passes(DescriptorEncoding encoding)
    {
        var check = new MessageCheck();
        Assert.True(check.Local(ValidFeatures.Of(3, encoding), "f"));
        Assert.True(check.Local(ValidFeatures.Of(0, encoding), "f"));
        check.ThrowIfInvalid();
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Local_FloatComponentNotFinite_IsRefused(float component)
    {
        var features = ValidFeatures.Of(3, DescriptorEncoding.Float32);
        var bytes = features.Descriptors.ToByteArray();
        BitConverter.GetBytes(component).CopyTo(bytes, 8);
        features.Descriptors = ByteString.CopyFrom(bytes);
        Assert.False(new MessageCheck().Local(features, "f"));
    }

    [Fact]
    public void Local_MoreThanTheLimit_IsRefused()
    {
        Assert.False(new MessageCheck().Local(ValidFeatures.Of(4, DescriptorEncoding.Binary), "f", maxFeatures: 3));
        Assert.True(new MessageCheck().Local(ValidFeatures.Of(3, DescriptorEncoding.Binary), "f", maxFeatures: 3));
    }
}
