using System.Buffers.Binary;
using System.Text;

namespace Delg.Model.Tests.Weights.Import.Torch;

/// <summary>Writes pickles of protocol 2, one code after another, as Lib/pickletools.py describes them.</summary>
internal sealed class PickleWriter
{
    private readonly List<byte> _bytes = [0x80, 2];

    public byte[] End() => [.. _bytes, (byte)'.'];

    public PickleWriter Code(params byte[] codes)
    {
        _bytes.AddRange(codes);
        return this;
    }

    public PickleWriter Code(char code) => Code((byte)code);

    public PickleWriter Text(string text) => Code('X').Fixed(Encoding.UTF8.GetByteCount(text)).Code(Encoding.UTF8.GetBytes(text));

    public PickleWriter Number(int value) => Code('J').Fixed(value);

    public PickleWriter Global(string module, string name) => Code('c').Code(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    /// <summary>A tensor as torch.save writes it.</summary>
    public PickleWriter Tensor(string key, int elements, int offset, int[] shape, int[] strides, string storage = "FloatStorage")
    {
        Global("torch._utils", "_rebuild_tensor_v2").Code('(').Code('(');
        Text("storage").Global("torch", storage).Text(key).Text("cpu").Number(elements).Code('t').Code('Q');
        Number(offset).Tuple(shape).Tuple(strides).Code(0x89);
        return Global("collections", "OrderedDict").Code(')').Code('R').Code('t').Code('R');
    }

    public PickleWriter Tuple(int[] values)
    {
        Code('(');
        foreach (int value in values)
            Number(value);
        return Code('t');
    }

    public PickleWriter Fixed(int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        _bytes.AddRange(bytes);
        return this;
    }
}
