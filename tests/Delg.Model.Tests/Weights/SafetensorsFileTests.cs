using System.Buffers.Binary;
using System.Text;
using Delg.Model.Weights;

namespace Delg.Model.Tests.Weights;

public sealed class SafetensorsFileTests
{
    [Fact]
    public void Write_ThenParse_GivesEveryTypeShapeAndMetadataBack()
    {
        StoredTensor[] tensors =
        [
            new("a", ElementType.I8, [3], new byte[] { 1, 2, 255 }),
            new("b", ElementType.F32, [1, 2], new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }),
            new("c", ElementType.I64, [], new byte[] { 9, 0, 0, 0, 0, 0, 0, 0 }),
            new("d", ElementType.BF16, [2, 0], Array.Empty<byte>()),
            new("e", ElementType.F16, [1], new byte[] { 0, 60 }),
            new("f", ElementType.U8, [2], new byte[] { 7, 8 }),
        ];
        var metadata = new Dictionary<string, string> { ["note"] = "größe \"x\" \\ 1", ["licence"] = "CC-BY-4.0" };

        SafetensorsFile read = SafetensorsFile.Parse(Bytes(new SafetensorsFile(tensors, metadata)));

        Assert.Equal(metadata, read.Metadata);
        Assert.Equal(tensors.Length, read.Tensors.Count);
        foreach (StoredTensor tensor in tensors)
        {
            Assert.Equal(tensor.Type, read.Tensors[tensor.Name].Type);
            Assert.Equal(tensor.Shape, read.Tensors[tensor.Name].Shape);
            Assert.Equal(tensor.Data.ToArray(), read.Tensors[tensor.Name].Data.ToArray());
        }
    }

    [Fact]
    public void Write_OtherOrder_GivesTheSameAlignedBytes()
    {
        StoredTensor wide = new("wide", ElementType.F32, [1], new byte[4]), narrow = new("narrow", ElementType.U8, [1], new byte[1]);
        var metadata = new Dictionary<string, string> { ["x"] = "1", ["y"] = "2" };

        byte[] first = Bytes(new SafetensorsFile([wide, narrow], metadata));
        byte[] second = Bytes(new SafetensorsFile([narrow, wide], metadata.Reverse().ToDictionary()));

        Assert.Equal(first, second);
        Assert.Equal(0, (long)BinaryPrimitives.ReadUInt64LittleEndian(first) % 8);
    }

    [Fact]
    public void Write_ToPath_LeavesOnlyTheFile()
    {
        string folder = Directory.CreateTempSubdirectory("delg-weights-").FullName;
        try
        {
            string path = Path.Combine(folder, "new", "w.safetensors");
            var file = new SafetensorsFile([new("a", ElementType.U8, [1], new byte[] { 5 })], new Dictionary<string, string>());
            file.Write(path);
            file.Write(path);

            Assert.Equal([path], Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
            Assert.Equal(5, SafetensorsFile.Read(path).Tensors["a"].Data.Span[0]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "take 4 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 2, "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4, "at least 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "begins at byte 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}""", 4, "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "takes 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}""", 4, "too large")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", 4, "at most 8")]
    [InlineData("""{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}""", 8, "F64")]
    [InlineData("""{"a":{"dtype":3,"shape":[1],"data_offsets":[0,4]}}""", 4, "dtype 3")]
    [InlineData("""{"a":{"shape":[1],"data_offsets":[0,4]}}""", 4, "needs dtype")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}""", 4, "\"more\"")]
    [InlineData("""{"a":7}""", 0, "\"a\"")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3, "\"b\"")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "JSON")]
    [InlineData("""{"__metadata__":{"k":1}}""", 0, "\"k\"")]
    [InlineData("""{"__metadata__":[]}""", 0, "__metadata__")]
    [InlineData("""{"a":{""", 0, "JSON")]
    [InlineData("""[]""", 0, "'{'")]
    [InlineData("", 0, "'{'")]
    public void Parse_DamagedHeader_SaysWhatIsWrong(string header, int dataBytes, string expected)
    {
        byte[] file = Raw((ulong)header.Length, header, dataBytes);

        var error = Assert.Throws<WeightsFormatException>(() => SafetensorsFile.Parse(file));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ulong.MaxValue, "at most")]
    [InlineData(1000, "cut short")]
    public void Parse_HeaderLongerThanTheFile_IsRefusedBeforeItIsRead(ulong length, string expected)
    {
        var error = Assert.Throws<WeightsFormatException>(() => SafetensorsFile.Parse(Raw(length, "{}", 0)));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_EveryTruncation_IsRefused()
    {
        byte[] whole = Bytes(new SafetensorsFile([new("a", ElementType.U8, [3], new byte[3])], new Dictionary<string, string>()));

        for (int length = 0; length < whole.Length; length++)
            Assert.Throws<WeightsFormatException>(() => SafetensorsFile.Parse(whole.AsMemory(0, length)));
    }

    private static byte[] Bytes(SafetensorsFile file)
    {
        using var stream = new MemoryStream();
        file.Write(stream);
        return stream.ToArray();
    }

    private static byte[] Raw(ulong length, string header, int dataBytes)
    {
        byte[] prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, length);
        return [.. prefix, .. Encoding.UTF8.GetBytes(header), .. new byte[dataBytes]];
    }
}
