using System.Buffers.Binary;
using System.Numerics;

namespace Delg.LocalVerifier.Stores;

/// <summary>
/// CRC-32C (Castagnoli). A processor's instruction for it takes eight bytes and three cycles, of which the next one waits for its result: three parts of
/// what is checked go through it side by side, and their checksums are put together.
/// </summary>
internal static class Crc32C
{
    // The polynomial and 1, the highest power in the lowest bit.
    private const uint Polynomial = 0x82F63B78;
    private const uint One = 0x80000000;
    private const uint X = One >> 1;

    // Below this putting together takes longer than it saves.
    private const int LeastBytesOfPart = 2048;

    /// <summary>The checksum of some bytes; 0 of none.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var part = bytes.Length / 3 / sizeof(ulong) * sizeof(ulong);
        if (part >= LeastBytesOfPart)
        {
            crc = OfParts(bytes[..part], bytes.Slice(part, part), bytes.Slice(2 * part, part));
            bytes = bytes[(3 * part)..];
        }

        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    // The register after three parts of equal length. What one part leaves in it is multiplied by x to the power of the bits that follow, modulo the
    // polynomial, and added.
    private static uint OfParts(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third)
    {
        var (a, b, c) = (uint.MaxValue, 0u, 0u);
        for (var i = 0; i <= first.Length - sizeof(ulong); i += sizeof(ulong))
        {
            a = BitOperations.Crc32C(a, BinaryPrimitives.ReadUInt64LittleEndian(first[i..]));
            b = BitOperations.Crc32C(b, BinaryPrimitives.ReadUInt64LittleEndian(second[i..]));
            c = BitOperations.Crc32C(c, BinaryPrimitives.ReadUInt64LittleEndian(third[i..]));
        }

        var shift = PowerOfX(8L * first.Length);
        return Product(Product(a, shift) ^ b, shift) ^ c;
    }

    private static uint PowerOfX(long exponent)
    {
        var (power, square) = (One, X);
        for (; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
                power = Product(power, square);
            square = Product(square, square);
        }

        return power;
    }

    // Of two polynomials, modulo the polynomial.
    private static uint Product(uint left, uint right)
    {
        var product = 0u;
        for (var bit = One; bit != 0; bit >>= 1)
        {
            if ((left & bit) != 0)
                product ^= right;
            right = (right >> 1) ^ ((right & 1) != 0 ? Polynomial : 0);
        }

        return product;
    }
}
