using System.Buffers;

namespace Delg.LocalVerifier.Stores.Sqlite;

/// <summary>A copy of a value in a pooled buffer.</summary>
internal sealed class PooledValue : IMemoryOwner<byte>
{
    private readonly int _length;
    private byte[]? _buffer;

    public PooledValue(ReadOnlySpan<byte> value)
    {
        _length = value.Length;
        _buffer = ArrayPool<byte>.Shared.Rent(value.Length);
        value.CopyTo(_buffer);
    }

    public Memory<byte> Memory => _buffer.AsMemory(0, _length);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
