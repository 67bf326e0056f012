using System.Buffers.Binary;

namespace Delg.LocalVerifier.Matching;

/// <summary>
/// A query's BINARY descriptors of <see cref="Dim"/> bits, bit by bit: panels of <see cref="Width"/> features side by side. The bits go by threes, and
/// for each of the 8 values that three bits of a candidate can have the panel says how many of the three differ: their sum's low bit and its high
/// bit, a plane of <see cref="Width"/> bits each. The low bit needs 2 planes, as it depends on the value's parity alone. Made once a query and shared
/// by its candidates.
/// </summary>
internal sealed unsafe class HammingPlanes
{
    /// <summary>Features of a panel.</summary>
    public const int Width = 512;

    /// <summary>Bits of a descriptor.</summary>
    public const int Dim = 128;

    /// <summary>Threes of a descriptor, filled up with zeros to whole eights.</summary>
    public const int Threes = 48;

    /// <summary>Threes of a half descriptor. The two bits over share the three that comes after both halves.</summary>
    public const int ThreesOfWord = 21;

    /// <summary>Bytes of a plane.</summary>
    public const int PlaneBytes = Width / 8;

    /// <summary>Bytes of a three: 8 planes of the high bit by value, then 2 of the low bit by parity.</summary>
    public const int ThreeBytes = 10 * PlaneBytes;

    /// <summary>Where the planes of the low bit begin.</summary>
    public const int LowBit = 8 * PlaneBytes;

    private const int Words = Width / 64;

    private readonly AlignedWords _words;

    /// <param name="features">BINARY, of <see cref="Dim"/> bits.</param>
    public HammingPlanes(FeatureSet features)
    {
        Count = (features.Count + Width - 1) / Width;
        _words = new AlignedWords(Count * Threes * ThreeBytes / sizeof(uint));
        _words.Span.Clear();
        var bits = new ulong[3 * Threes * Words];
        for (var panel = 0; panel < Count; panel++)
        {
            Array.Clear(bits);
            Transpose(features, panel * Width, bits);
            Fill((ulong*)Panel(panel), bits);
        }
    }

    /// <summary>Panels.</summary>
    public int Count { get; }

    public byte* Panel(int index) => (byte*)_words.Pointer + ((nint)index * Threes * ThreeBytes);

    /// <summary>Call after the last use of a panel's pointer.</summary>
    public void KeepAlive() => _words.KeepAlive();

    // Bit b of the order in which the threes take them: of lane l at [b · Words + l / 64].
    private static void Transpose(FeatureSet features, int first, ulong[] bits)
    {
        const int BitsOfThrees = 3 * ThreesOfWord;
        for (var lane = 0; lane < Math.Min(Width, features.Count - first); lane++)
        {
            var descriptor = features.Descriptor(first + lane);
            var low = BinaryPrimitives.ReadUInt64LittleEndian(descriptor);
            var high = BinaryPrimitives.ReadUInt64LittleEndian(descriptor[sizeof(ulong)..]);
            var target = lane / 64;
            for (var bit = 0; bit < BitsOfThrees; bit++, target += Words)
            {
                bits[target] |= ((low >> bit) & 1) << (lane % 64);
                bits[target + (BitsOfThrees * Words)] |= ((high >> bit) & 1) << (lane % 64);
            }

            target += BitsOfThrees * Words;
            bits[target] |= (low >> 63) << (lane % 64);
            bits[target + Words] |= (high >> 63) << (lane % 64);
        }
    }

    private static void Fill(ulong* planes, ulong[] bits)
    {
        for (var three = 0; three < (2 * ThreesOfWord) + 1; three++, planes += ThreeBytes / sizeof(ulong))
        {
            for (var word = 0; word < Words; word++)
            {
                var source = (3 * three * Words) + word;
                var (a, b, c) = (bits[source], bits[source + Words], bits[source + (2 * Words)]);
                for (var value = 0; value < 8; value++)
                {
                    var (x, y, z) = (Flipped(a, value & 1), Flipped(b, (value >> 1) & 1), Flipped(c, value >> 2));
                    planes[(value * Words) + word] = (x & y) | (z & (x ^ y));
                }

                planes[(LowBit / sizeof(ulong)) + word] = a ^ b ^ c;
                planes[(LowBit / sizeof(ulong)) + Words + word] = ~(a ^ b ^ c);
            }
        }
    }

    private static ulong Flipped(ulong bits, int flip) => flip == 0 ? bits : ~bits;
}
