using System.Buffers.Binary;
using Delg.GlobalIndex.Milvus.Wire;
using Delg.V1;
using Google.Protobuf;

namespace Delg.GlobalIndex.Milvus;

/// <summary>Queries as Milvus takes them: little-endian, in the precision of the collection's vectors.</summary>
internal static class QueryVectors
{
    /// <summary>The tag that a search's vectors stand for.</summary>
    private const string Tag = "$0";

    public static PlaceholderGroup Of(IEnumerable<IReadOnlyList<float>> queries, VectorStorage storage) => new()
    {
        Placeholders =
        {
            new PlaceholderValue
            {
                Tag = Tag,
                Type = storage == VectorStorage.Float16 ? PlaceholderType.Float16Vector : PlaceholderType.FloatVector,
                Values = { queries.Select(query => UnsafeByteOperations.UnsafeWrap(storage == VectorStorage.Float16 ? HalfBytes(query) : FloatBytes(query))) },
            },
        },
    };

    private static byte[] FloatBytes(IReadOnlyList<float> vector)
    {
        var bytes = new byte[vector.Count * sizeof(float)];
        for (var i = 0; i < vector.Count; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        return bytes;
    }

    private static byte[] HalfBytes(IReadOnlyList<float> vector)
    {
        var bytes = new byte[vector.Count * HalfPrecision.ComponentBytes];
        HalfPrecision.Write(vector, bytes);
        return bytes;
    }
}
