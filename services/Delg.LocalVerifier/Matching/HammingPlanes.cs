using System.Buffers.Binary;

namespace Delg.LocalVerifier.Matching;

/// <summary>
/// A query's BINARY descriptors of <see cref="Dim"/> bits, bit by bit: panels of <see cref="Width"/> features side by side, each in two halves of 64
/// bits. The bits of a half go by threes, and for each of the 8 values that three bits of a candidate can have the panel says how many of the three
/// differ: their sum's high bit and its low bit, a plane of <see cref="Width"/> bits each. The low bit needs 2 planes, as it depends on the value's
/// parity alone. The bit left over is a three of which only the low bit can be set. Made once a query and shared by its candidates.
/// </summary>
internal sealed unsafe class HammingPlanes
{
    /// <summary>Features of a panel.</summary>
    public const int Width = 512;

    /// <summary>Bits of a descriptor.</summary>
    public const int Dim = 128;

    /// <summary>Threes of a half.</summary>
    public const int Threes = 21;

    /// <summary>Bytes of a plane.</summary>
    public const int PlaneBytes = Width / 8;

    /// <summary>Bytes of a three: 8 planes of the high bit by value, then 2 of the low bit by parity.</summary>
    public const int ThreeBytes = 10 * PlaneBytes;

    /// <summary>Where the planes of the low bit begin in a three.</summary>
    public const int LowBit = 8 * PlaneBytes;

    /// <summary>Where the 2 planes of the bit left over begin in a half.</summary>
    public const int Last = Threes * ThreeBytes;

    /// <summary>Bytes of a half.</summary>
    public const int HalfBytes = Last + (2 * PlaneBytes);

    /// <summary>Where the plane begins, after both halves, that says which lanes hold a feature.</summary>
    public const int Inside = 2 * HalfBytes;

    private const int PanelBytes = Inside + PlaneBytes;

    private const int BitsOfHalf = Dim / 2;

    private const int Words = Width / 64;

    private readonly AlignedWords _words;

    /// <param name="features">BINARY, of <see cref="Dim"/> bits.</param>
    public HammingPlanes(FeatureSet features)
    {
        Count = (features.Count + Width - 1) / Width;
        _words = new AlignedWords(Count * PanelBytes / sizeof(uint));
        var bits = new ulong[BitsOfHalf * Words];
        for (var panel = 0; panel < Count; panel++)
        {
            var lanes = Math.Min(Width, features.Count - (panel * Width));
            for (var half = 0; half < 2; half++)
            {
                Transpose(features, panel * Width, lanes, half, bits);
                Fill((ulong*)(Panel(panel) + (half * HalfBytes)), bits);
            }

            var inside = (ulong*)(Panel(panel) + Inside);
            for (var word = 0; word < Words; word++)
                inside[word] = ulong.MaxValue >> Math.Clamp((64 * (word + 1)) - lanes, 0, 63) & (64 * word < lanes ? ulong.MaxValue : 0);
        }
    }

    /// <summary>Panels.</summary>
    public int Count { get; }

    public byte* Panel(int index) => (byte*)_words.Pointer + ((nint)index * PanelBytes);

    /// <summary>Call after the last use of a panel's pointer.</summary>
    public void KeepAlive() => _words.KeepAlive();

    // Bit b of lane l's half descriptor: bit l % 64 at [b · Words + l / 64].
    private static void Transpose(FeatureSet features, int first, int lanes, int half, ulong[] bits)
    {
        Array.Clear(bits);
        for (var lane = 0; lane < lanes; lane++)
        {
            var descriptor = BinaryPrimitives.ReadUInt64LittleEndian(features.Descriptor(first + lane)[(half * sizeof(ulong))..]);
            for (var bit = 0; bit < BitsOfHalf; bit++)
                bits[(bit * Words) + (lane / 64)] |= ((descriptor >> bit) & 1) << (lane % 64);
        }
    }

    private static void Fill(ulong* planes, ulong[] bits)
    {
        for (var three = 0; three < Threes; three++, planes += ThreeBytes / sizeof(ulong))
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

        for (var word = 0; word < Words; word++)
            (planes[word], planes[Words + word]) = (bits[(3 * Threes * Words) + word], ~bits[(3 * Threes * Words) + word]);
    }

    private static ulong Flipped(ulong bits, int flip) => flip == 0 ? bits : ~bits;
}
