namespace Delg.LocalVerifier.Matching;

/// <summary>Pinned 32-bit words that start on a 64-byte boundary, so that no vector load crosses a cache line. Freed by the collector.</summary>
internal sealed unsafe class AlignedWords
{
    private const int Alignment = 64;

    // The reference keeps the pinned memory behind Pointer alive.
    private readonly uint[] _words;

    public AlignedWords(int length)
    {
        _words = GC.AllocateUninitializedArray<uint>(length + (Alignment / sizeof(uint)), pinned: true);
        var start = (nuint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(_words));
        Pointer = (uint*)((start + Alignment - 1) & ~(nuint)(Alignment - 1));
        Length = length;
    }

    public uint* Pointer { get; }

    public int Length { get; }

    public Span<uint> Span => new(Pointer, Length);

    /// <summary>The buffer itself when it holds <paramref name="length"/> words, else a larger one; the content is not kept.</summary>
    public AlignedWords Holding(int length) => length <= Length ? this : new AlignedWords(Math.Max(length, 2 * Length));

    /// <summary>Call after the last use of <see cref="Pointer"/>.</summary>
    public void KeepAlive() => GC.KeepAlive(_words);
}
