using System.Buffers.Binary;
using System.Numerics;

namespace Delg.Model.Weights.Import.TensorFlow;

/// <summary>
/// CRC-32C (Castagnoli), and the mask under which LevelDB's tables and TensorFlow's bundles store it: a checksum of bytes that hold their
/// own checksum would be weak (LevelDB, util/crc32c.h).
/// </summary>
internal static class Crc32C
{
    private const uint MaskDelta = 0xa282ead8;

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    /// <summary>A checksum as it is stored.</summary>
    public static uint Masked(uint crc) => unchecked(((crc >> 15) | (crc << 17)) + MaskDelta);
}
