using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using Delg.Model.Extraction;
using Delg.Model.Weights;

namespace Delg.Model.Tests.Extraction;

public sealed class NpzWriterTests
{
    [Fact]
    public void Write_TwoFeatures_HoldsEveryKeyWithItsShapeAndValues()
    {
        ImageFeatures features = Features(2);

        Dictionary<string, (string Shape, float[] Values)> read = Read(features);

        AssertIs("(4,)", features.Global, read["global.npy"]);
        AssertIs("(2, 2)", features.Keypoints, read["keypoints.npy"]);
        AssertIs("(2,)", features.Scales, read["scales.npy"]);
        AssertIs("(2,)", features.Scores, read["scores.npy"]);
        AssertIs("(2, 3)", features.Descriptors, read["descriptors.npy"]);
        Assert.Equal(5, read.Count);
    }

    [Fact]
    public void Write_NoFeatures_KeepsTheShapes()
    {
        Dictionary<string, (string Shape, float[] Values)> read = Read(Features(0));

        Assert.Equal("(0, 2)", read["keypoints.npy"].Shape);
        Assert.Equal("(0, 3)", read["descriptors.npy"].Shape);
    }

    [Fact]
    public void Write_DescriptorsOfAnotherDimension_NamesTheKey()
    {
        var error = Assert.Throws<ArgumentException>(() => NpzWriter.Write(new MemoryStream(), Features(2), 5));

        Assert.Contains("descriptors", error.Message, StringComparison.Ordinal);
    }

    private static void AssertIs(string shape, float[] values, (string Shape, float[] Values) array)
    {
        Assert.Equal(shape, array.Shape);
        Assert.Equal(values, array.Values);
    }

    private static Dictionary<string, (string Shape, float[] Values)> Read(ImageFeatures features)
    {
        using var stream = new MemoryStream();
        NpzWriter.Write(stream, features, localDimension: 3);
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
        return zip.Entries.ToDictionary(e => e.FullName, e =>
        {
            using var copy = new MemoryStream();
            using (Stream content = e.Open())
                content.CopyTo(copy);
            return Parse(copy.ToArray());
        });
    }

    private static (string Shape, float[] Values) Parse(byte[] npy)
    {
        Assert.Equal([0x93, .. "NUMPY"u8, 1, 0], npy[..8]);
        int end = 10 + BinaryPrimitives.ReadUInt16LittleEndian(npy.AsSpan(8));
        Assert.Equal(0, end % 64);
        string header = Encoding.ASCII.GetString(npy[10..end]);
        Assert.StartsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (", header, StringComparison.Ordinal);
        Assert.EndsWith("\n", header, StringComparison.Ordinal);
        string shape = header[header.IndexOf('(', StringComparison.Ordinal)..(header.IndexOf(')', StringComparison.Ordinal) + 1)];
        return (shape, MemoryMarshal.Cast<byte, float>(npy.AsSpan(end)).ToArray());
    }

    private static ImageFeatures Features(int count) => new()
    {
        ModelId = new ModelId("small", "0123456789ab"),
        ImageWidth = 10,
        ImageHeight = 10,
        Global = [0.5f, 0.5f, 0.5f, 0.5f],
        Keypoints = [.. Enumerable.Range(0, 2 * count).Select(i => i + 0.25f)],
        Scales = [.. Enumerable.Range(1, count).Select(i => (float)i)],
        Scores = [.. Enumerable.Range(1, count).Select(i => 10f / i)],
        Descriptors = [.. Enumerable.Range(0, 3 * count).Select(i => i / 7f)],
    };
}
