using System.Buffers;
using RESPite.Buffers;

namespace Delg.LocalVerifier.Stores.Redis;

/// <summary>
/// Where StackExchange.Redis reads to: replies from the socket into receive buffers, values from there into leases. A reply that lies in one receive
/// buffer is copied once, one that was begun in another twice.
/// </summary>
/// <param name="buffers">Shared by all connections.</param>
/// <param name="receiveBytes">Length of a receive buffer, bytes.</param>
// For evaluation, its package says; the length of a receive buffer can be set in no other way.
#pragma warning disable SER004
internal sealed class RedisBuffers(ValueBuffers buffers, int receiveBytes) : CycleBufferPool<byte>
#pragma warning restore SER004
{
    public override int MaxBufferSize => Array.MaxLength;

    public override IMemoryOwner<byte> Rent(in ReadOnlySequence<byte> existing) => Rent(receiveBytes);

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => new PooledBuffer(buffers, Math.Max(minBufferSize, 1));

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class PooledBuffer(ValueBuffers buffers, int length) : IMemoryOwner<byte>
    {
        private byte[]? _buffer = buffers.Rent(length);

        public Memory<byte> Memory => _buffer;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
                buffers.Return(buffer);
        }
    }
}
