using System.Buffers;

namespace Delg.LocalVerifier.Stores;

/// <summary>Values read from a store in the order they were asked for, in pooled buffers that are theirs until this is disposed.</summary>
/// <param name="owners">The buffers, each exactly as long as its value; null where there is no value.</param>
internal sealed class StoredValues(IMemoryOwner<byte>?[] owners) : IDisposable
{
    /// <summary>Values asked for.</summary>
    public int Count => owners.Length;

    /// <summary>A value; null where there is none.</summary>
    /// <exception cref="Contracts.Errors.DelgException">DATA_LOSS: there is one that cannot be read.</exception>
    public ReadOnlyMemory<byte>? this[int index] => owners[index]?.Memory;

    public void Dispose()
    {
        for (var i = 0; i < owners.Length; i++)
            Interlocked.Exchange(ref owners[i], null)?.Dispose();
    }
}
