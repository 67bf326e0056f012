using System.Runtime.Intrinsics;

namespace Delg.GlobalIndex.Exact.Codes;

/// <summary>
/// Dot products of a row's 8-bit codes with queries' 16-bit codes. Products and sums are exact integers (<see cref="QueryCodes.MaxCode"/>), so
/// all implementations give the same. They are compiled with all optimisations at once: the first searches after a start are as fast as the rest.
/// </summary>
internal interface ICodeKernel
{
    /// <summary>Components that <c>length</c> is a multiple of; what a vector has less is zero.</summary>
    public const int Block = 64;

    /// <summary>Queries that <see cref="Four"/> takes.</summary>
    public const int Queries = 4;

    /// <summary>True where this machine can run it.</summary>
    public static abstract bool IsSupported { get; }

    /// <summary>The product with one query.</summary>
    /// <param name="row">First of <paramref name="length"/> codes.</param>
    /// <param name="query">First of <paramref name="length"/> codes.</param>
    /// <param name="length">A multiple of <see cref="Block"/>.</param>
    public static abstract int One(ref sbyte row, ref short query, int length);

    /// <summary>The products with four queries: each code of the row is loaded once.</summary>
    /// <param name="row">First of <paramref name="length"/> codes.</param>
    /// <param name="queries">First code of the first query.</param>
    /// <param name="stride">Codes from one query's first to the next one's.</param>
    /// <param name="length">A multiple of <see cref="Block"/>.</param>
    public static abstract Vector128<int> Four(ref sbyte row, ref short queries, int stride, int length);
}
