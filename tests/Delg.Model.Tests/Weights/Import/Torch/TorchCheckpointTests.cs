using System.Runtime.InteropServices;
using System.Text;
using Delg.Model.Weights;
using Delg.Model.Weights.Import;
using Delg.Model.Weights.Import.Torch;

namespace Delg.Model.Tests.Weights.Import.Torch;

public sealed class TorchCheckpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("delg-torch-").FullName;

    private string File1 => Path.Combine(_folder, "1.pth");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OpenAny_StateDictionaryInACheckpoint_ReadsViewsOfSharedStorages(bool zip)
    {
        byte[] pickle = new PickleWriter().Code('}').Code('(')
            .Text("epoch").Number(3)
            .Text("cfg").Text("A: 1")
            .Text("model_state").Code('}').Code('(')
            .Text("plain").Tensor("7", 6, 0, [2, 3], [3, 1])
            .Text("turned").Tensor("7", 6, 0, [3, 2], [1, 3])
            .Text("part").Tensor("7", 6, 4, [2], [1])
            .Text("one").Tensor("7", 6, 5, [], [])
            .Text("none").Tensor("7", 6, 0, [0, 4], [4, 1])
            .Code('u').Code('u').End();
        float[] values = [0, 1, 2, 3, 4, 5];
        File.WriteAllBytes(File1, zip ? TorchFiles.Zip(pickle, ("7", TorchFiles.Floats(values))) : TorchFiles.Legacy(pickle, ("7", 6, TorchFiles.Floats(values))));

        using Checkpoint checkpoint = TorchCheckpoint.OpenAny(File1);

        Assert.Equal(["model_state/none", "model_state/one", "model_state/part", "model_state/plain", "model_state/turned"], checkpoint.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(values, Values(checkpoint, "model_state/plain"));
        Assert.Equal([0f, 3, 1, 4, 2, 5], Values(checkpoint, "model_state/turned"));
        Assert.Equal([4f, 5], Values(checkpoint, "model_state/part"));
        Assert.Equal([5f], Values(checkpoint, "model_state/one"));
        Assert.Empty(Values(checkpoint, "model_state/none"));
    }

    [Fact]
    public void OpenAny_ViewOfAnOldStorage_ReadsFromWhereItBegins()
    {
        byte[] pickle = new PickleWriter().Code('}').Text("a")
            .Global("torch._utils", "_rebuild_tensor").Code('(').Code('(')
            .Text("storage").Global("torch", "FloatStorage").Text("k").Text("cpu").Number(5)
            .Code('(').Text("view").Number(2).Number(3).Code('t').Code('t').Code('Q')
            .Number(1).Tuple([2]).Tuple([1]).Code('t').Code('R').Code('s').End();
        File.WriteAllBytes(File1, TorchFiles.Legacy(pickle, ("k", 5, TorchFiles.Floats(10, 11, 12, 13, 14))));
        using Checkpoint checkpoint = TorchCheckpoint.OpenAny(File1);
        Assert.Equal([13f, 14], Values(checkpoint, "a"));
    }

    [Theory]
    [InlineData("os", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("torch", "load")]
    [InlineData("torchvision.models.resnet", "ResNet")]
    [InlineData("numpy.core.multiarray", "scalar")]
    public void OpenAny_OtherGlobal_NamesIt(string module, string name)
    {
        byte[] pickle = new PickleWriter().Global(module, name).Code('(').Text("touch /tmp/x").Code('t').Code('R').End();
        AssertRefused(TorchFiles.Zip(pickle), $"{module}.{name}");
        AssertRefused(TorchFiles.Legacy(pickle), $"{module}.{name}");
    }

    [Fact]
    public void OpenAny_GlobalByStack_IsHeldToTheSameList() =>
        AssertRefused(TorchFiles.Zip([0x80, 4, 0x8c, 2, (byte)'o', (byte)'s', 0x8c, 6, .. "system"u8, 0x93, (byte)'.']), "os.system");

    [Theory]
    [InlineData(6, 0, new[] { 7 }, new[] { 1 })] // Past the end
    [InlineData(6, 5, new[] { 2 }, new[] { 1 })] // Past the end from its offset
    [InlineData(6, 0, new[] { 2, 2 }, new[] { 5, 1 })] // Past the end by its strides
    [InlineData(6, 0, new[] { 1000, 1000 }, new[] { 0, 0 })] // Few bytes for many
    [InlineData(6, -1, new[] { 1 }, new[] { 1 })]
    [InlineData(6, 0, new[] { -1 }, new[] { 1 })]
    [InlineData(6, 0, new[] { 2 }, new[] { -1 })]
    [InlineData(6, 0, new[] { 2 }, new int[0])]
    [InlineData(6, 0, new[] { int.MaxValue, int.MaxValue, int.MaxValue }, new[] { 1, 1, 1 })]
    [InlineData(7, 0, new[] { 2 }, new[] { 1 })] // Storage larger than the file's
    [InlineData(-6, 0, new[] { 0 }, new[] { 1 })]
    public void OpenAny_ViewOutsideItsStorage_IsRefused(int elements, int offset, int[] shape, int[] strides)
    {
        byte[] pickle = new PickleWriter().Code('}').Text("a").Tensor("0", elements, offset, shape, strides).Code('s').End();
        AssertRefused(TorchFiles.Zip(pickle, ("0", new byte[24])), "storage", "bytes");
        AssertRefused(TorchFiles.Legacy(pickle, ("0", 6, new byte[24])), "torage", "shape");
    }

    [Fact]
    public void OpenAny_ContainersSharedWithoutEnd_IsRefused()
    {
        // Each list holds the one before it a hundred times: a hundred to the twentieth tensors.
        var writer = new PickleWriter().Tensor("0", 1, 0, [], []).Code('q').Code(0);
        for (int level = 1; level <= 20; level++)
        {
            writer.Code(']').Code('(');
            for (int i = 0; i < 100; i++)
                writer.Code('h').Code((byte)(level - 1));
            writer.Code('e').Code('q').Code((byte)level);
        }
        AssertRefused(TorchFiles.Zip(writer.End(), ("0", new byte[4])), "tensors");
    }

    [Fact]
    public void OpenAny_ListThatHoldsItself_IsRefused() =>
        AssertRefused(TorchFiles.Zip(new PickleWriter().Code(']').Code('q').Code(0).Code('h').Code(0).Code('a').End()), "circle");

    [Fact]
    public void OpenAny_MoreStepsThanAnyCheckpoint_IsRefused() =>
        AssertRefused(TorchFiles.Zip([0x80, 2, .. Enumerable.Repeat((byte)'}', PickleReader.MaxValues + 1), (byte)'.']), "steps");

    [Theory]
    [InlineData("X\xff\xff\xff\x7f", "cut short")] // Text of two gigabytes
    [InlineData("X\xff\xff\xff\xff", "cut short")] // Of four
    [InlineData("\x8d\xff\xff\xff\xff\xff\xff\xff\xff.", "cut short")] // Of a negative length
    [InlineData("\x8b\xff\xff\xff\x7f", "cut short")] // A number of two gigabytes
    [InlineData("a.", "stack is empty")]
    [InlineData("u.", "no beginning")]
    [InlineData("K\u0001K\u0002a.", "list is missing")]
    [InlineData("h\x05.", "remembered as 5")]
    [InlineData("}}K\x01s.", "neither text nor a number")]
    [InlineData("}K\x01K\x01sK\x01K\x01s.", "twice")]
    [InlineData("K\x01)R.", "no function")]
    [InlineData("K\x01Q.", "no tuple")]
    [InlineData("(K\x01tQ.", "no storage")]
    [InlineData("ctorch\nSize\nK\x01\x85R.", "torch.Size")]
    [InlineData("i", "code 0x69")]
    [InlineData("", "cut short")]
    [InlineData("\x80\x09", "protocol 9")]
    [InlineData("}.", "No tensor")]
    [InlineData("N.", "No tensor")]
    public void OpenAny_DamagedPickle_SaysWhatIsWrong(string codes, string expected) =>
        AssertRefused(TorchFiles.Zip([0x80, 2, .. Encoding.Latin1.GetBytes(codes)]), expected);

    [Fact]
    public void OpenAny_BigEndianMachine_IsRefused()
    {
        byte[] file = TorchFiles.Legacy(new PickleWriter().Code('}').End());
        file[Array.LastIndexOf(file, (byte)0x88)] = 0x89;
        AssertRefused(file, "big-endian");
    }

    [Theory]
    [InlineData(new byte[0], "begins neither")]
    [InlineData(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, "begins neither")]
    [InlineData(new byte[] { (byte)'P', (byte)'K', 3, 4, 0, 0, 0, 0, 0, 0 }, "archive is damaged")]
    [InlineData(new byte[] { 0x80, 2, (byte)'}', (byte)'.' }, "not one of torch.save")]
    public void OpenAny_OtherFile_SaysSo(byte[] file, string expected) => AssertRefused(file, expected);

    [Fact]
    public void OpenAny_StorageChanged_SaysThatTheChecksumIsWrong()
    {
        byte[] pickle = new PickleWriter().Code('}').Text("a").Tensor("0", 2, 0, [2], [1]).Code('s').End();
        byte[] file = TorchFiles.Zip(pickle, ("0", [0xaa, 0xbb, 0xcc, 0x3f, 0, 0, 0, 0]));
        file[file.AsSpan().IndexOf(new byte[] { 0xaa, 0xbb, 0xcc })] ^= 1;
        File.WriteAllBytes(File1, file);
        using Checkpoint checkpoint = TorchCheckpoint.OpenAny(File1);
        Assert.Contains("checksum", Assert.Throws<WeightsFormatException>(() => checkpoint.Read("a")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenAny_TypeThatWeightsAreNotOf_IsListedButNotRead()
    {
        byte[] pickle = new PickleWriter().Code('}').Text("a").Tensor("0", 2, 0, [2], [1], "DoubleStorage").Code('s').End();
        File.WriteAllBytes(File1, TorchFiles.Zip(pickle, ("0", new byte[16])));
        using Checkpoint checkpoint = TorchCheckpoint.OpenAny(File1);
        Assert.Equal(("Double", null), (checkpoint.Tensors["a"].TypeName, checkpoint.Tensors["a"].Type));
        Assert.Throws<WeightsFormatException>(() => checkpoint.Read("a"));
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("pickle in a sound zip")]
    [InlineData("legacy")]
    [InlineData("safetensors")]
    public void OpenAny_ThousandsOfDamagedFiles_OnlyEverThrowsTheDeclaredException(string form)
    {
        byte[] pickle = new PickleWriter().Code('}').Code('(')
            .Text("epoch").Number(3)
            .Text("state_dict").Global("collections", "OrderedDict").Code(')').Code('R').Code('q').Code(0).Code('(')
            .Text("conv1.weight").Tensor("0", 24, 0, [2, 3, 2, 2], [12, 4, 2, 1])
            .Text("bn1.num_batches_tracked").Tensor("1", 1, 0, [], [], "LongStorage")
            .Text("again").Tensor("0", 24, 4, [2, 2], [1, 2])
            .Code('u').Code('}').Text("_metadata").Code('h').Code(0).Code('s').Code('b')
            .Text("losses").Code(']').Code('(').Code('G').Code(0, 0, 0, 0, 0, 0, 0, 0).Number(1).Code('e')
            .Code('u').End();
        byte[] data = TorchFiles.Floats([.. Enumerable.Range(0, 24).Select(i => i / 4f)]);
        byte[] sound = form switch
        {
            "legacy" => TorchFiles.Legacy(pickle, ("0", 24, data), ("1", 1, new byte[8])),
            "safetensors" => Safetensors(data),
            _ => TorchFiles.Zip(pickle, ("0", data), ("1", new byte[8])),
        };
        File.WriteAllBytes(File1, sound);
        using (Checkpoint checkpoint = TorchCheckpoint.OpenAny(File1))
            Assert.True(checkpoint.Tensors.Count >= 2);

        var fuzz = new Fuzz(form.Length);
        for (int round = 0; round < 3000; round++)
        {
            File.WriteAllBytes(File1, form == "pickle in a sound zip" ? TorchFiles.Zip(fuzz.Mutate(pickle), ("0", data), ("1", new byte[8])) : fuzz.Mutate(sound));
            fuzz.Try(round, () =>
            {
                using Checkpoint checkpoint = TorchCheckpoint.OpenAny(File1);
                foreach (CheckpointTensor tensor in checkpoint.Tensors.Values.Where(t => t.Type is not null))
                    _ = checkpoint.Read(tensor.Name);
            });
        }
        Assert.InRange(fuzz.Refused, 1000, 3000);
    }

    private static byte[] Safetensors(byte[] data)
    {
        using var stream = new MemoryStream();
        new SafetensorsFile([new StoredTensor("conv1.weight", ElementType.F32, [2, 3, 2, 2], data), new StoredTensor("n", ElementType.I64, [], new byte[8])], new Dictionary<string, string> { ["k"] = "v" }).Write(stream);
        return stream.ToArray();
    }

    private void AssertRefused(byte[] file, params string[] anyOf)
    {
        File.WriteAllBytes(File1, file);
        string message = Assert.Throws<WeightsFormatException>(() => TorchCheckpoint.OpenAny(File1)).Message;
        Assert.StartsWith(File1, message, StringComparison.Ordinal);
        Assert.True(anyOf.Any(part => message.Contains(part, StringComparison.Ordinal)), message);
    }

    private static float[] Values(Checkpoint checkpoint, string name) => MemoryMarshal.Cast<byte, float>(checkpoint.Read(name).Data.Span).ToArray();
}
