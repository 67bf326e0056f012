using System.Buffers;
using Delg.Contracts.Errors;
using Grpc.Core;

namespace Delg.LocalVerifier.Stores;

/// <summary>In the place of a value that is there but cannot be read: who looks at it meets the failure, and the values beside it stay good.</summary>
/// <param name="collection">Collection of the value.</param>
/// <param name="imageId">Image of the value.</param>
/// <param name="failure">What the store says of it.</param>
internal sealed class UnreadableValue(string collection, string imageId, Exception failure) : IMemoryOwner<byte>
{
    /// <exception cref="DelgException">DATA_LOSS, always.</exception>
    public Memory<byte> Memory => throw new DelgException(
        StatusCode.DataLoss, ErrorReason.StoredDataCorrupt, $"What is stored of image '{imageId}' in collection '{collection}' cannot be read. {failure.Message}", failure)
    {
        Details = new Dictionary<string, string> { ["collection"] = collection, ["image_id"] = imageId },
    };

    public void Dispose()
    {
    }
}
