using System.Buffers.Binary;
using Delg.Model.Weights;

namespace Delg.Model.Tests.Weights.Import;

/// <summary>Damages files in a repeatable way, and tries readers on them: one exception type, and no memory to speak of.</summary>
internal sealed class Fuzz(int seed)
{
    /// <summary>What a reader may allocate for a file of a few kilobytes, bytes.</summary>
    private const long MostAllocatedBytes = 32 * 1024 * 1024;

    private readonly Random _random = new(seed);

    /// <summary>Files that a reader refused.</summary>
    public int Refused { get; private set; }

    public int Next(int limit) => _random.Next(limit);

    /// <summary>One to four changes: bits, bytes, numbers that lie, cuts, repeats.</summary>
    public byte[] Mutate(byte[] sound)
    {
        byte[] bytes = [.. sound];
        for (int changes = 1 + _random.Next(4); changes > 0 && bytes.Length > 0; changes--)
        {
            int at = _random.Next(bytes.Length);
            switch (_random.Next(7))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << _random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)_random.Next(256);
                    break;
                case 2 when bytes.Length >= at + 4:
                    BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), Number());
                    break;
                case 3 when bytes.Length >= at + 8:
                    BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), ((ulong)Number() << 32) | Number());
                    break;
                case 4:
                    bytes = bytes[..at];
                    break;
                case 5:
                    bytes = [.. bytes[..at], .. bytes[_random.Next(at + 1)..]];
                    break;
                default:
                    bytes = [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + 1 + _random.Next(8))..]];
                    break;
            }
        }
        return bytes;
    }

    public void Try(int round, Action read)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            read();
        }
        catch (WeightsFormatException)
        {
            Refused++;
        }
        catch (Exception e)
        {
            Assert.Fail($"Round {round} of seed {seed}: {e}");
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < MostAllocatedBytes, $"Round {round} of seed {seed} took {allocated} bytes.");
    }

    private uint Number() => _random.Next(4) switch
    {
        0 => uint.MaxValue,
        1 => int.MaxValue,
        2 => 0,
        _ => (uint)_random.Next(),
    };
}
