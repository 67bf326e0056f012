using Delg.Contracts.Errors;
using Delg.Contracts.Validation;
using Delg.V1;
using Grpc.Core;

namespace Delg.Contracts.Tests.Validation;

public class MessageCheckTests
{
    [Theory]
    [InlineData("photos", true)]
    [InlineData("P-1_x", true)]
    [InlineData("", false)]
    [InlineData("1photos", false)]
    [InlineData("fotos/1", false)]
    [InlineData("é", false)]
    public void CollectionName_LettersDigitsDashes_AreTaken(string name, bool valid) =>
        Assert.Equal(valid, new MessageCheck().CollectionName(name, "collection"));

    [Fact]
    public void CollectionName_At64Characters_IsTheLongest()
    {
        Assert.True(new MessageCheck().CollectionName(new string('a', 64), "collection"));
        Assert.False(new MessageCheck().CollectionName(new string('a', 65), "collection"));
    }

    [Theory]
    [InlineData("2019/Été 🗼.jpg", true)]
    [InlineData("", false)]
    [InlineData("a\tb", false)]
    public void ImageId_TextWithoutControls_IsTaken(string id, bool valid) => Assert.Equal(valid, new MessageCheck().ImageId(id, "image_id"));

    [Fact]
    public void ImageId_LimitCountsBytes()
    {
        Assert.True(new MessageCheck().ImageId(new string('é', 256), "image_id"));
        Assert.False(new MessageCheck().ImageId(new string('é', 257), "image_id"));
    }

    [Fact]
    public void Global_Mistakes_AreTold()
    {
        Assert.True(new MessageCheck().Global(Descriptor([0.6f, 0.8f]), "d"));
        Assert.False(new MessageCheck().Global(null, "d"));
        Assert.False(new MessageCheck().Global(Descriptor([]), "d"));
        Assert.False(new MessageCheck().Global(Descriptor([0, 0]), "d"));
        Assert.False(new MessageCheck().Global(Descriptor([1, float.NaN]), "d"));
        Assert.False(new MessageCheck().Global(Descriptor(new float[4097]), "d"));
        Assert.False(new MessageCheck().Global(new GlobalDescriptor { Values = { 1 } }, "d"));
    }

    [Fact]
    public void ThrowIfInvalid_SeveralMistakes_ReportsThemAtOnce()
    {
        var check = new MessageCheck();
        check.CollectionName("", "collection");
        check.InRange(0, 1, 9, "top_k");
        var failure = Assert.Throws<DelgException>(check.ThrowIfInvalid);
        Assert.Equal((StatusCode.InvalidArgument, ErrorReason.FieldInvalid), (failure.Code, failure.Reason));
        Assert.Equal(["collection", "top_k"], failure.Violations.Select(violation => violation.Field));
        Assert.Contains("0 is outside 1 to 9", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ThrowIfInvalid_AThousandMistakes_KeepsTheFirstAndCountsTheOthers()
    {
        var check = new MessageCheck();
        for (var i = 0; i < 1000; i++)
            check.ImageId("", $"image_ids[{i}]");
        var failure = Assert.Throws<DelgException>(check.ThrowIfInvalid);
        Assert.Equal(Enumerable.Range(0, 16).Select(i => $"image_ids[{i}]"), failure.Violations.Select(violation => violation.Field));
        Assert.EndsWith(" (995 more)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ThrowIfInvalid_LongTexts_StillCountsTheOthers()
    {
        var check = new MessageCheck();
        for (var i = 0; i < 9; i++)
            check.That(false, new string('f', 5000), new string('d', 5000));
        Assert.EndsWith("… (4 more)", Assert.Throws<DelgException>(check.ThrowIfInvalid).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ImageIds_AMillionWhereAThousandAreTaken_AreNotLookedAt()
    {
        var ids = Enumerable.Repeat("", 1_000_000).ToList();
        var check = new MessageCheck();
        check.ImageIds(ids, 1000, "image_ids");
        check = new MessageCheck();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(check.ImageIds(ids, 1000, "image_ids"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 1024);
        Assert.Equal("image_ids", Assert.Throws<DelgException>(check.ThrowIfInvalid).Violations.Single().Field);
    }

    [Fact]
    public void ImageIds_OneWrong_IsNamed()
    {
        var check = new MessageCheck();
        Assert.False(check.ImageIds(["a", "", "c"], 1000, "image_ids"));
        Assert.Equal("image_ids[1]", Assert.Throws<DelgException>(check.ThrowIfInvalid).Violations.Single().Field);
    }

    [Fact]
    public void Metadata_TooManyKeys_AreNotLookedAt()
    {
        var metadata = new V1.Metadata();
        for (var i = 0; i < 1000; i++)
            metadata.Values.Add($"{i} is no key", new MetadataValue { BoolValue = true });
        var check = new MessageCheck();
        Assert.False(check.Metadata(metadata, "metadata"));
        Assert.Equal("metadata.values", Assert.Throws<DelgException>(check.ThrowIfInvalid).Violations.Single().Field);
    }

    [Fact]
    public void ThrowIfInvalid_NothingWrong_Returns()
    {
        var check = new MessageCheck();
        Assert.True(check.InRange(9, 1, 9, "top_k"));
        check.ThrowIfInvalid();
    }

    private static GlobalDescriptor Descriptor(float[] values) => new() { ModelId = "m", Values = { values } };
}
