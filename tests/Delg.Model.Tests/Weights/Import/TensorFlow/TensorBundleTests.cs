using System.Runtime.InteropServices;
using Delg.Model.Weights;
using Delg.Model.Weights.Import;
using Delg.Model.Weights.Import.TensorFlow;

namespace Delg.Model.Tests.Weights.Import.TensorFlow;

public sealed class TensorBundleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("delg-bundle-").FullName;

    private string Prefix => Path.Combine(_folder, "variables", "variables");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false, 1, 200)]
    [InlineData(false, 3, 1_000_000)]
    [InlineData(true, 1, 200)]
    [InlineData(true, 2, 5000)]
    public void Open_BundleOfAnyForm_ListsAndReadsEveryTensor(bool compress, int shards, int blockBytes)
    {
        var writer = new BundleWriter { Compress = compress, Shards = shards, BlockBytes = blockBytes };
        for (int i = 0; i < 120; i++)
            writer.Add($"block{i % 4}/unit_{i}/bottleneck_v1/conv1/weights", [1, 2, i % 5], [.. Enumerable.Range(0, 2 * (i % 5)).Select(k => k + i / 8f)]);
        writer.AddRaw("global_step", 9, [], [7, 0, 0, 0, 0, 0, 0, 0]);
        writer.AddRaw("half", 19, [1], [0, 60]);
        writer.AddRaw("_CHECKPOINTABLE_OBJECT_GRAPH", 7, [], [3, 1, 2, 3]);
        writer.AddRaw("wide", 2, [2], new byte[16]);
        writer.Write(Prefix);

        using TensorBundle bundle = TensorBundle.Open(_folder);

        Assert.Equal(124, bundle.Tensors.Count);
        for (int i = 0; i < 120; i++)
        {
            StoredTensor tensor = bundle.Read($"block{i % 4}/unit_{i}/bottleneck_v1/conv1/weights");
            Assert.Equal([1, 2, i % 5], tensor.Shape);
            Assert.Equal(Enumerable.Range(0, 2 * (i % 5)).Select(k => k + i / 8f), MemoryMarshal.Cast<byte, float>(tensor.Data.Span).ToArray());
        }
        Assert.Equal(7, bundle.Read("global_step").Data.Span[0]);
        Assert.Equal(ElementType.F16, bundle.Tensors["half"].Type);
        Assert.Equal(("string", null), (bundle.Tensors["_CHECKPOINTABLE_OBJECT_GRAPH"].TypeName, bundle.Tensors["_CHECKPOINTABLE_OBJECT_GRAPH"].Type));
        Assert.Equal("float64", bundle.Tensors["wide"].TypeName);
        Assert.Throws<WeightsFormatException>(() => bundle.Read("wide"));
    }

    [Fact]
    public void Open_FolderItselfOrItsIndex_IsTheSame()
    {
        Small().Write(Prefix);
        using TensorBundle folder = TensorBundle.Open(Path.GetDirectoryName(Prefix)!), index = TensorBundle.Open(Prefix + ".index");
        Assert.Equal(folder.Tensors.Keys, index.Tensors.Keys);
    }

    [Fact]
    public void Open_SeveralCheckpoints_NamesThem()
    {
        Small().Write(Path.Combine(_folder, "step-1"));
        Small().Write(Path.Combine(_folder, "step-2"));
        string message = Assert.Throws<WeightsFormatException>(() => TensorBundle.Open(_folder)).Message;
        Assert.Contains("step-1.index, step-2.index", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NothingThere_SaysSo() => Assert.Throws<FileNotFoundException>(() => TensorBundle.Open(Path.Combine(_folder, "none")));

    [Fact]
    public void Open_NoIndexInTheFolder_SaysWhatIsLookedFor() =>
        Assert.Contains("variables.index", Assert.Throws<WeightsFormatException>(() => TensorBundle.Open(_folder)).Message, StringComparison.Ordinal);

    [Fact]
    public void Open_BigEndian_IsRefused()
    {
        var writer = new BundleWriter { BigEndian = true };
        writer.Add("a", [1], [1]);
        writer.Write(Prefix);
        Assert.Contains("big-endian", Assert.Throws<WeightsFormatException>(() => TensorBundle.Open(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DataFileMissing_NamesIt()
    {
        Small().Write(Prefix);
        File.Delete(Prefix + ".data-00000-of-00001");
        Assert.Contains("data-00000-of-00001 is missing", Assert.Throws<WeightsFormatException>(() => TensorBundle.Open(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DataFileCutShort_NamesTheTensor()
    {
        Small().Write(Prefix);
        using (FileStream data = File.OpenWrite(Prefix + ".data-00000-of-00001"))
            data.SetLength(data.Length - 1);
        Assert.Contains("\"b\"", Assert.Throws<WeightsFormatException>(() => TensorBundle.Open(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AnyByteOfTheIndexChanged_IsRefused()
    {
        Small().Write(Prefix);
        byte[] index = File.ReadAllBytes(Prefix + ".index");
        // The footer's first handle names a block that is not read; behind the second handle there is padding.
        ReadOnlySpan<byte> footer = index.AsSpan(index.Length - 48);
        int unread = (int)Varint.Read(ref footer), end = unread + (int)Varint.Read(ref footer) + 5;
        foreach (int i in Enumerable.Range(0, index.Length).Where(i => (i < unread || i >= end) && (i < index.Length - 48 || i >= index.Length - 8)))
            Assert.True(Refuses(index, i), $"byte {i}");
    }

    [Fact]
    public void Read_DataChanged_SaysThatTheChecksumIsWrong()
    {
        Small().Write(Prefix);
        string path = Prefix + ".data-00000-of-00001";
        byte[] data = File.ReadAllBytes(path);
        data[5] ^= 1;
        File.WriteAllBytes(path, data);
        using TensorBundle bundle = TensorBundle.Open(_folder);
        Assert.Equal(1f, BitConverter.ToSingle(bundle.Read("b").Data.Span));
        Assert.Contains("checksum", Assert.Throws<WeightsFormatException>(() => bundle.Read("a")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SlicedTensor_IsRefused()
    {
        var writer = new BundleWriter();
        writer.AddRaw("a", 1, [4], [], sliced: true);
        writer.Write(Prefix);
        using TensorBundle bundle = TensorBundle.Open(_folder);
        Assert.Null(bundle.Tensors["a"].Type);
        Assert.Contains("slices", Assert.Throws<WeightsFormatException>(() => bundle.Read("a")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xe3069283)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x22620404)]
    public void Crc32C_OfKnownText_IsThePublishedValue(string text, uint expected) => Assert.Equal(expected, Crc32C.Of(System.Text.Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Snappy_HandMadeBlock_RepeatsWhatItCopies()
    {
        // "abc", then eleven bytes from three back (overlapping), then five from eight back with two bytes of offset.
        byte[] block = [19, 2 << 2, (byte)'a', (byte)'b', (byte)'c', (7 << 2) | 1, 3, (4 << 2) | 2, 8, 0];
        Assert.Equal("abcabcabcabcababcab"u8.ToArray(), Snappy.Decompress(block, 100));
    }

    [Theory]
    [InlineData(new byte[] { 4, 0, 1 })] // Shorter than said
    [InlineData(new byte[] { 1, 4, 1, 2 })] // Longer than said
    [InlineData(new byte[] { 4, 1, 1 })] // Copies from before the beginning
    [InlineData(new byte[] { 5, 0, 1, 1, 0 })] // Copies from where it writes
    [InlineData(new byte[] { 1, 0xf0 })] // A literal's length is cut off
    [InlineData(new byte[] { 4, 0xfc, 0xff, 0xff, 0xff, 0xff, 1 })] // A literal of four gigabytes
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 1 })] // A result of four gigabytes
    [InlineData(new byte[] { 0x80 })] // A length without end
    public void Snappy_DamagedBlock_IsRefused(byte[] block) => Assert.Throws<WeightsFormatException>(() => Snappy.Decompress(block, 1 << 20));

    [Fact]
    public void Open_ThousandsOfDamagedBundles_OnlyEverThrowsTheDeclaredException()
    {
        var fuzz = new Fuzz(seed: 3);
        for (int round = 0; round < 3000; round++)
        {
            // Beneath the checksums in three rounds of four, over them in the fourth.
            bool beneath = round % 4 != 0;
            int spoiled = fuzz.Next(6);
            int block = 0;
            var writer = new BundleWriter { Compress = round % 2 == 0, Shards = 1 + round % 2, BlockBytes = 120, Spoil = content => beneath && block++ == spoiled ? fuzz.Mutate(content) : content };
            for (int i = 0; i < 12; i++)
                writer.Add($"scope/{i / 3}/tensor_{i}", [2, i], new float[2 * i]);
            writer.Write(Prefix);
            if (!beneath)
                File.WriteAllBytes(Prefix + ".index", fuzz.Mutate(File.ReadAllBytes(Prefix + ".index")));
            fuzz.Try(round, () =>
            {
                using TensorBundle bundle = TensorBundle.Open(_folder);
                foreach (CheckpointTensor tensor in bundle.Tensors.Values.Where(t => t.Type is not null))
                    _ = bundle.Read(tensor.Name);
            });
        }
        Assert.InRange(fuzz.Refused, 1500, 3000);
    }

    [Fact]
    public void Snappy_ThousandsOfDamagedBlocks_OnlyEverThrowsTheDeclaredException()
    {
        byte[] sound = BundleWriter.Snappy([.. Enumerable.Range(0, 3000).Select(i => (byte)(i * i / 50))]);
        Assert.Equal(3000, Snappy.Decompress(sound, 1 << 20).Length);
        var fuzz = new Fuzz(seed: 4);
        for (int round = 0; round < 4000; round++)
        {
            byte[] damaged = fuzz.Mutate(sound);
            fuzz.Try(round, () => Assert.InRange(Snappy.Decompress(damaged, 1 << 20).Length, 0, 1 << 20));
        }
        Assert.InRange(fuzz.Refused, 2000, 4000);
    }

    private static BundleWriter Small()
    {
        var writer = new BundleWriter();
        writer.Add("a", [3], [1, 2, 3]);
        writer.Add("b", [], [1]);
        return writer;
    }

    private bool Refuses(byte[] index, int at)
    {
        byte[] changed = [.. index];
        changed[at] ^= 0x10;
        File.WriteAllBytes(Prefix + ".index", changed);
        try
        {
            TensorBundle.Open(_folder).Dispose();
            return false;
        }
        catch (WeightsFormatException)
        {
            return true;
        }
    }
}
