namespace Delg.GlobalIndex.Filters;

/// <summary>What a filter may cost.</summary>
/// <param name="MaxLength">Characters (UTF-16 units) of its text.</param>
/// <param name="MaxDepth">Parentheses and NOTs inside each other.</param>
/// <param name="MaxTerms">Tests; each value of an IN is one.</param>
internal readonly record struct FilterLimits(int MaxLength, int MaxDepth, int MaxTerms)
{
    public static FilterLimits Of(GlobalIndexOptions options) => new(options.MaxFilterLength, options.MaxFilterDepth, options.MaxFilterTerms);
}
