using Delg.Contracts.Errors;
using Delg.Contracts.Validation;
using Delg.V1;
using Grpc.Core;

namespace Delg.GlobalIndex;

/// <summary>What must hold for one entry before it is written, whichever backend writes it.</summary>
internal static class EntryCheck
{
    private const int ContentHashBytes = 32;

    /// <summary>The failure of this entry alone; null when it can be written.</summary>
    public static DelgException? FailureOf(GlobalEntry entry, Collection collection)
    {
        try
        {
            var check = new MessageCheck();
            check.ImageId(entry.ImageId, "image_id");
            check.Global(entry.Descriptor_, "descriptor");
            check.Metadata(entry.Metadata, "metadata");
            check.That(
                entry.ContentHash.Length is 0 or ContentHashBytes, "content_hash",
                $"{entry.ContentHash.Length} bytes; a SHA-256 has {ContentHashBytes}, and empty means not known.");
            check.That(
                entry.ImageSize is null or { Width: > 0 and <= int.MaxValue, Height: > 0 and <= int.MaxValue }, "image_size",
                $"Width and height must be 1 to {int.MaxValue} pixels; absent means not known.");
            check.ThrowIfInvalid();
            ThrowIfMismatched(entry.Descriptor_, collection);
            return null;
        }
        catch (DelgException failure)
        {
            return failure;
        }
    }

    /// <exception cref="DelgException">MODEL_MISMATCH: another model, or another number of components than the collection has.</exception>
    public static void ThrowIfMismatched(GlobalDescriptor descriptor, Collection collection)
    {
        if (descriptor.ModelId != collection.ModelId)
            throw DelgException.ModelMismatch(collection.ModelId, descriptor.ModelId);
        if (descriptor.Values.Count != collection.Dim)
            throw DimMismatch(collection, descriptor.Values.Count, $"The descriptor has {descriptor.Values.Count} components");
    }

    /// <summary>A collection that is there cannot be made again for other descriptors.</summary>
    /// <exception cref="DelgException">MODEL_MISMATCH: it has another model, or another number of components than the one to make.</exception>
    public static void ThrowIfMismatched(Collection existing, Collection wanted)
    {
        if (existing.ModelId != wanted.ModelId)
            throw DelgException.ModelMismatch(existing.ModelId, wanted.ModelId);
        if (existing.Dim != wanted.Dim)
            throw DimMismatch(existing, (int)wanted.Dim, $"Asked for are {wanted.Dim} components");
    }

    private static DelgException DimMismatch(Collection collection, int dim, string what) =>
        new(StatusCode.FailedPrecondition, ErrorReason.ModelMismatch, $"{what}; collection '{collection.Name}' holds descriptors of {collection.Dim}.")
        {
            Details = new Dictionary<string, string>
            {
                ["expected_dim"] = $"{collection.Dim}",
                ["actual_dim"] = $"{dim}",
            },
        };
}
