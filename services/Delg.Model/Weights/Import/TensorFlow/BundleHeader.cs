namespace Delg.Model.Weights.Import.TensorFlow;

/// <summary>BundleHeaderProto (tensorflow/core/protobuf/tensor_bundle.proto), the value of the empty key.</summary>
/// <param name="Shards">Files that the data are spread over.</param>
internal readonly record struct BundleHeader(int Shards)
{
    private const int MaxShards = 10_000;

    /// <exception cref="WeightsFormatException">It is damaged, big-endian, or names no sensible number of shards.</exception>
    public static BundleHeader Parse(byte[] message)
    {
        ulong shards = 0;
        foreach (MessageField field in MessageField.Of(message))
        {
            switch (field.Number)
            {
                case 1:
                    shards = field.Value;
                    break;
                case 2 when field.Value != 0:
                    throw new WeightsFormatException("The tensors are big-endian; little-endian ones are read.");
            }
        }
        return shards is >= 1 and <= MaxShards
            ? new BundleHeader((int)shards)
            : throw new WeightsFormatException($"The index names {shards} data files; 1 to {MaxShards} are read.");
    }
}
