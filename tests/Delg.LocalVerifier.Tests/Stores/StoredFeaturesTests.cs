using Delg.LocalVerifier.Stores;
using Delg.V1;

namespace Delg.LocalVerifier.Tests.Stores;

public class StoredFeaturesTests
{
    [Theory]
    [InlineData(DescriptorEncoding.Float32, 60)]
    [InlineData(DescriptorEncoding.Int8, 61)]
    [InlineData(DescriptorEncoding.Binary, 1)]
    [InlineData(DescriptorEncoding.Int8, 0)]
    public void Read_WhatWasWritten_IsTheSame(DescriptorEncoding encoding, int count)
    {
        var message = RandomFeatures.Message(1, count, encoding, modelId: "modèle@0123456789ab");
        var stored = StoredFeatures.Read(StoredFeatures.Write(message));
        Assert.Equal(message, stored.ToMessage());
        var set = stored.ToFeatureSet();
        Assert.Equal(message.Positions, set.Positions.ToArray());
        Assert.Equal((count, 128, encoding), (set.Count, set.Dim, set.Encoding));
    }

    [Fact]
    public void Read_AnyByteChanged_IsRefused()
    {
        var value = StoredFeatures.Write(RandomFeatures.Message(2, 3, DescriptorEncoding.Binary));
        for (var i = 0; i < value.Length; i++)
        {
            value[i] ^= 0x10;
            Assert.Throws<InvalidDataException>(() => StoredFeatures.Read(value).Count);
            value[i] ^= 0x10;
        }
    }

    [Fact]
    public void Read_CutShort_IsRefused()
    {
        var value = StoredFeatures.Write(RandomFeatures.Message(2, 3, DescriptorEncoding.Binary));
        for (var length = 0; length < value.Length; length++)
        {
            var cut = value[..length];
            Assert.Throws<InvalidDataException>(() => StoredFeatures.Read(cut).Count);
        }
    }

    [Fact]
    public void Read_OtherVersion_SaysWhich()
    {
        var value = StoredFeatures.Write(RandomFeatures.Message(2, 3));
        value[3] = 9;
        var failure = Assert.Throws<InvalidDataException>(() => StoredFeatures.Read(value).Count);
        Assert.Contains("version 9", failure.Message, StringComparison.Ordinal);
    }
}
