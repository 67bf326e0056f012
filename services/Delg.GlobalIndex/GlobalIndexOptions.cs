using System.ComponentModel.DataAnnotations;

namespace Delg.GlobalIndex;

/// <summary>Limits and threads of the global index (section <c>GlobalIndex</c>).</summary>
public sealed class GlobalIndexOptions
{
    /// <summary>What keeps the collections. Default Exact.</summary>
    public IndexBackend Backend { get; set; } = IndexBackend.Exact;

    /// <summary>Entries or ids a call may carry. Default 1000.</summary>
    [Range(1, 100_000)]
    public int MaxEntriesPerCall { get; set; } = 1000;

    /// <summary>Entries a page has when the request names no size. Default 100.</summary>
    [Range(1, 100_000)]
    public int DefaultPageSize { get; set; } = 100;

    /// <summary>Entries a page has at most; larger requests are brought down to it. Default 1000.</summary>
    [Range(1, 100_000)]
    public int MaxPageSize { get; set; } = 1000;

    /// <summary>Queries a search may carry. Default 256.</summary>
    [Range(1, 10_000)]
    public int MaxQueriesPerSearch { get; set; } = 256;

    /// <summary>Neighbours a query gets when the request names no number. Default 100.</summary>
    [Range(1, 100_000)]
    public int DefaultTopK { get; set; } = 100;

    /// <summary>Neighbours a query may ask for. Default 10,000.</summary>
    [Range(1, 100_000)]
    public int MaxTopK { get; set; } = 10_000;

    /// <summary>Image ids a search may leave out. Default 1000.</summary>
    [Range(0, 100_000)]
    public int MaxExcludedImageIds { get; set; } = 1000;

    /// <summary>Characters of a filter. Default 16,384.</summary>
    [Range(1, 1_000_000)]
    public int MaxFilterLength { get; set; } = 16_384;

    /// <summary>Parentheses and NOTs of a filter inside each other. Default 32.</summary>
    [Range(1, 500)]
    public int MaxFilterDepth { get; set; } = 32;

    /// <summary>Tests in a filter; each value of an IN is one. Default 1000.</summary>
    [Range(1, 100_000)]
    public int MaxFilterTerms { get; set; } = 1000;

    /// <summary>Threads one search uses at most. Default 0: one for each processor.</summary>
    [Range(0, 1024)]
    public int SearchThreads { get; set; }

    /// <summary>
    /// Entries that writes waiting for the disk may put into one transaction together. A single larger call still is one transaction.
    /// Default 4096.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxEntriesPerCommit { get; set; } = 4096;
}
