using System.Numerics;

namespace Delg.LocalVerifier.Stores;

/// <summary>
/// Buffers of values, kept for the next reads. The runtime's shared pool keeps 32 a processor of a size and doubles sizes: a query of 100 candidates
/// holds more, and what it could not keep would be allocated anew for each. Safe for any number of threads.
/// </summary>
/// <param name="mostBytes">Unused bytes kept at most.</param>
internal sealed class ValueBuffers(long mostBytes)
{
    // Of a doubling: a buffer is at most a quarter longer than asked for.
    private const int SizesOfDoubling = 4;

    private const int SmallestSize = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Stack<byte[]>> _unused = [];
    private long _unusedBytes;

    /// <summary>A buffer of at least <paramref name="length"/> bytes; its content is whatever it was.</summary>
    public byte[] Rent(int length)
    {
        var size = SizeOf(length);
        lock (_lock)
        {
            if (_unused.TryGetValue(size, out var stack) && stack.TryPop(out var buffer))
            {
                _unusedBytes -= size;
                return buffer;
            }
        }

        return GC.AllocateUninitializedArray<byte>(size);
    }

    /// <summary>Gives a rented buffer back, once.</summary>
    public void Return(byte[] buffer)
    {
        lock (_lock)
        {
            MakeRoom(buffer.Length);
            if (_unusedBytes + buffer.Length > mostBytes)
                return;
            if (!_unused.TryGetValue(buffer.Length, out var stack))
                _unused[buffer.Length] = stack = new Stack<byte[]>();
            stack.Push(buffer);
            _unusedBytes += buffer.Length;
        }
    }

    // What is given back now is asked for now: buffers of other sizes go first.
    private void MakeRoom(int size)
    {
        if (_unusedBytes + size <= mostBytes)
            return;
        foreach (var (other, stack) in _unused)
        {
            while (other != size && _unusedBytes + size > mostBytes && stack.TryPop(out _))
                _unusedBytes -= other;
        }
    }

    private static int SizeOf(int length)
    {
        if (length <= SmallestSize)
            return SmallestSize;
        var step = (int)BitOperations.RoundUpToPowerOf2((uint)length) / 2 / SizesOfDoubling;
        return step > 0 ? (int)Math.Min(((long)length + step - 1) / step * step, Array.MaxLength) : length;
    }
}
