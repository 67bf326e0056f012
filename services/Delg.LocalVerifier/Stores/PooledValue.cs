using System.Buffers;

namespace Delg.LocalVerifier.Stores;

/// <summary>A copy of a value in a pooled buffer.</summary>
internal sealed class PooledValue : IMemoryOwner<byte>
{
    private readonly ValueBuffers _buffers;
    private readonly int _length;
    private byte[]? _buffer;

    public PooledValue(ReadOnlySpan<byte> value, ValueBuffers buffers)
    {
        _buffers = buffers;
        _length = value.Length;
        _buffer = buffers.Rent(value.Length);
        value.CopyTo(_buffer);
    }

    public Memory<byte> Memory => _buffer.AsMemory(0, _length);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            _buffers.Return(buffer);
    }
}
