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

    /// <summary>Gives one value's buffer back before the others'; there is no value at its place any more.</summary>
    public void Release(int index) => Interlocked.Exchange(ref owners[index], null)?.Dispose();

    /// <summary>The same values, now owned by the result, value i at <paramref name="places"/>[i] of <paramref name="count"/> places.</summary>
    public StoredValues SpreadTo(ReadOnlySpan<int> places, int count)
    {
        var spread = new IMemoryOwner<byte>?[count];
        for (var i = 0; i < places.Length; i++)
            (spread[places[i]], owners[i]) = (owners[i], null);
        return new StoredValues(spread);
    }

    public void Dispose()
    {
        for (var i = 0; i < owners.Length; i++)
            Release(i);
    }
}
