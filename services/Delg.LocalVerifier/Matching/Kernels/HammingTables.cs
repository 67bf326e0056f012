using System.Numerics;

namespace Delg.LocalVerifier.Matching.Kernels;

/// <summary>For each half byte the number of bits in which each other half byte differs from it, over and over to the width of the widest vector.</summary>
internal static unsafe class HammingTables
{
    /// <summary>Bytes of one table: 16 counts, four times.</summary>
    public const int Stride = 64;

    /// <summary>Half bytes whose differing bits a byte can count.</summary>
    public const int MostHalves = byte.MaxValue / 4;

    private const int HalfBytes = 16;

    private static readonly AlignedWords _words = Create();

    /// <summary>The table of half byte h begins at h · <see cref="Stride"/>.</summary>
    public static byte* Pointer => (byte*)_words.Pointer;

    private static AlignedWords Create()
    {
        var words = new AlignedWords(HalfBytes * Stride / sizeof(uint));
        var tables = (byte*)words.Pointer;
        for (var row = 0; row < HalfBytes; row++)
        {
            for (var i = 0; i < Stride; i++)
                tables[(row * Stride) + i] = (byte)BitOperations.PopCount((uint)(row ^ (i % HalfBytes)));
        }

        return words;
    }
}
