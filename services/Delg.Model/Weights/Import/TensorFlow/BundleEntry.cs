namespace Delg.Model.Weights.Import.TensorFlow;

/// <summary>BundleEntryProto (tensorflow/core/protobuf/tensor_bundle.proto): a tensor's type, shape and place.</summary>
/// <param name="DataType">A number of <c>tensorflow.DataType</c>.</param>
/// <param name="Shape">Sizes of its axes.</param>
/// <param name="Shard">The data file, counted from 0.</param>
/// <param name="Offset">Where its data begin there.</param>
/// <param name="Size">Bytes of its data.</param>
/// <param name="MaskedChecksum">CRC-32C of its data, masked.</param>
/// <param name="IsSliced">Whether its data lie in pieces under other keys.</param>
internal sealed record BundleEntry(int DataType, IReadOnlyList<long> Shape, int Shard, long Offset, long Size, uint MaskedChecksum, bool IsSliced)
{
    private static readonly Dictionary<int, (string Name, int Bytes, ElementType? Type)> _types = new()
    {
        [1] = ("float32", 4, ElementType.F32),
        [2] = ("float64", 8, null),
        [3] = ("int32", 4, null),
        [4] = ("uint8", 1, ElementType.U8),
        [5] = ("int16", 2, null),
        [6] = ("int8", 1, ElementType.I8),
        [9] = ("int64", 8, ElementType.I64),
        [10] = ("bool", 1, null),
        [14] = ("bfloat16", 2, ElementType.BF16),
        [17] = ("uint16", 2, null),
        [19] = ("float16", 2, ElementType.F16),
        [22] = ("uint32", 4, null),
        [23] = ("uint64", 8, null),
    };

    public string TypeName => IsSliced ? "a type in slices" : DataType == 7 ? "string" : _types.TryGetValue(DataType, out var type) ? type.Name : $"type {DataType}";

    /// <summary>The type, if weights may be of it and the data lie in one piece.</summary>
    public ElementType? Type => IsSliced ? null : _types.GetValueOrDefault(DataType).Type;

    /// <exception cref="WeightsFormatException">It is damaged, or its size is not that of its shape.</exception>
    public static BundleEntry Parse(string name, byte[] message)
    {
        int dataType = 0, shard = 0;
        List<long> shape = [];
        long offset = 0, size = 0;
        uint checksum = 0;
        bool isSliced = false;
        foreach (MessageField field in MessageField.Of(message))
        {
            switch (field.Number)
            {
                case 1:
                    dataType = (int)Math.Min(field.Value, int.MaxValue);
                    break;
                case 2:
                    ReadShape(name, field.Bytes, shape);
                    break;
                case 3:
                    shard = (int)Math.Min(field.Value, int.MaxValue);
                    break;
                case 4:
                    offset = Length(name, field.Value);
                    break;
                case 5:
                    size = Length(name, field.Value);
                    break;
                case 6:
                    checksum = (uint)field.Value;
                    break;
                case 7:
                    isSliced = true;
                    break;
            }
        }
        long count = CheckpointTensor.Count(name, shape);
        if (!isSliced && _types.TryGetValue(dataType, out var type) && (UInt128)count * (uint)type.Bytes != (UInt128)size)
            throw new WeightsFormatException($"Tensor \"{name}\": {type.Name} [{string.Join(", ", shape)}] does not take the {size} bytes that the index names.");
        return new BundleEntry(dataType, shape, shard, offset, size, checksum, isSliced);
    }

    private static void ReadShape(string name, ReadOnlyMemory<byte> message, List<long> shape)
    {
        foreach (MessageField axis in MessageField.Of(message).Where(f => f.Number == 2))
        {
            if (shape.Count == SafetensorsFile.MaxAxes)
                throw new WeightsFormatException($"Tensor \"{name}\" has more than {SafetensorsFile.MaxAxes} axes.");
            ulong size = MessageField.Of(axis.Bytes).LastOrDefault(f => f.Number == 1).Value;
            shape.Add(Length(name, size));
        }
    }

    private static long Length(string name, ulong value) =>
        value <= long.MaxValue ? (long)value : throw new WeightsFormatException($"Tensor \"{name}\": the index holds a negative size.");
}
