using System.Runtime.Intrinsics;

namespace Delg.GlobalIndex.Exact.Codes;

/// <summary>
/// Dot products of rows' 8-bit codes with queries' 16-bit codes. Products and sums are exact integers (<see cref="QueryCodes.MaxCode"/>), so
/// all implementations give the same. They are compiled with all optimisations at once: the first searches after a start are as fast as the rest.
/// </summary>
internal interface ICodeKernel
{
    /// <summary>Components that <c>length</c> is a multiple of; what a vector has less is zero.</summary>
    public const int Block = 64;

    /// <summary>Rows that <see cref="Tile"/> takes.</summary>
    public const int Rows = 4;

    /// <summary>Queries that <see cref="Tile"/> takes.</summary>
    public const int Queries = 4;

    /// <summary>True where this machine can run it.</summary>
    public static abstract bool IsSupported { get; }

    /// <summary>The product of a row with one query.</summary>
    /// <param name="row">First of <paramref name="length"/> codes.</param>
    /// <param name="ahead">A row that will be asked for soon: it is fetched from memory meanwhile, where the machine can.</param>
    /// <param name="query">First of <paramref name="length"/> codes.</param>
    /// <param name="length">A multiple of <see cref="Block"/>.</param>
    public static abstract int One(ref sbyte row, ref sbyte ahead, ref short query, int length);

    /// <summary>The products of four rows with four queries: each code loaded serves four products.</summary>
    /// <param name="row0">First of <paramref name="length"/> codes; so are the others. Rows may be the same.</param>
    /// <param name="row1">The second row.</param>
    /// <param name="row2">The third row.</param>
    /// <param name="row3">The fourth row.</param>
    /// <param name="queries">First code of the first query.</param>
    /// <param name="stride">Codes from one query's first to the next one's.</param>
    /// <param name="length">A multiple of <see cref="Block"/>.</param>
    /// <param name="products">Takes a row's products with the four queries in each of its <see cref="Rows"/> elements.</param>
    public static abstract void Tile(
        ref sbyte row0, ref sbyte row1, ref sbyte row2, ref sbyte row3, ref short queries, int stride, int length, Span<Vector128<int>> products);
}
