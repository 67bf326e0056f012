namespace Delg.Model.Weights.Import.Torch;

/// <summary>A tensor of a pickle: a strided view of a storage.</summary>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>Makes a view that lies within its storage and is not larger than it.</summary>
    /// <exception cref="WeightsFormatException">It does not, or is.</exception>
    public static TorchTensor View(TorchStorage storage, long offset, long[] shape, long[] strides)
    {
        long count = CheckpointTensor.Count($"storage {storage.Key}", shape);
        if (strides.Length != shape.Length || strides.Any(s => s < 0) || offset < 0)
            throw new WeightsFormatException($"A tensor of storage {storage.Key} has the shape [{string.Join(", ", shape)}] and the strides [{string.Join(", ", strides)}].");
        Int128 last = (Int128)storage.Offset + offset;
        for (int i = 0; i < shape.Length; i++)
            last += (Int128)(shape[i] - 1) * strides[i];
        // A repeated element (a stride of 0) would let a few bytes stand for gigabytes.
        if (count > 0 && (last >= storage.Count || count > storage.Count))
            throw new WeightsFormatException($"A tensor of the shape [{string.Join(", ", shape)}] does not lie in storage {storage.Key} of {storage.Count} elements.");
        return new TorchTensor(storage, storage.Offset + offset, shape, strides);
    }

    /// <summary>Its elements row by row.</summary>
    /// <param name="storage">The storage's bytes.</param>
    public byte[] Gather(byte[] storage)
    {
        int size = Storage.Type.Bytes;
        long count = Shape.Aggregate(1L, (product, axis) => product * axis);
        var result = new byte[count * size];
        if (count == 0)
            return result;
        if (IsContiguous())
        {
            storage.AsSpan((int)(Offset * size), result.Length).CopyTo(result);
            return result;
        }
        var index = new long[Shape.Length];
        long from = Offset;
        for (int to = 0; to < result.Length; to += size)
        {
            storage.AsSpan((int)(from * size), size).CopyTo(result.AsSpan(to));
            for (int axis = Shape.Length - 1; axis >= 0; axis--)
            {
                from += Strides[axis];
                if (++index[axis] < Shape[axis])
                    break;
                from -= index[axis] * Strides[axis];
                index[axis] = 0;
            }
        }
        return result;
    }

    private bool IsContiguous()
    {
        long expected = 1;
        for (int axis = Shape.Length - 1; axis >= 0; axis--)
        {
            if (Shape[axis] != 1 && Strides[axis] != expected)
                return false;
            expected *= Shape[axis];
        }
        return true;
    }
}
