namespace Delg.GlobalIndex.Milvus;

/// <summary>What Milvus is told of an index when it is made and when it is searched.</summary>
internal static class VectorIndex
{
    /// <summary>Inner product: cosine similarity, since all vectors have unit length.</summary>
    public const string Metric = "IP";

    public const string TypeKey = "index_type";
    public const string MetricKey = "metric_type";
    public const string ParametersKey = "params";

    public static IEnumerable<Wire.KeyValuePair> ToCreate(MilvusOptions options)
    {
        yield return Pair(TypeKey, NameOf(options.IndexType));
        yield return Pair(MetricKey, Metric);
        yield return Pair(ParametersKey, options.IndexType switch
        {
            MilvusIndexType.IvfFlat or MilvusIndexType.IvfSq8 => $$"""{"nlist":{{options.IvfLists}}}""",
            MilvusIndexType.Hnsw => $$"""{"M":{{options.HnswLinks}},"efConstruction":{{options.HnswBuildCandidates}}}""",
            _ => "{}",
        });
    }

    /// <summary>Parameters of a search, as JSON.</summary>
    /// <param name="indexType">The collection's, as Milvus calls it.</param>
    /// <param name="topK">Neighbours a query.</param>
    /// <param name="options">The service's.</param>
    public static string ToSearch(string indexType, int topK, MilvusOptions options) => indexType switch
    {
        "IVF_FLAT" or "IVF_SQ8" => $$"""{"nprobe":{{options.IvfProbes}}}""",
        "HNSW" => $$"""{"ef":{{Math.Max(topK, options.SearchCandidates)}}}""",
        "DISKANN" => $$"""{"search_list":{{Math.Max(topK, options.SearchCandidates)}}}""",
        _ => "{}",
    };

    /// <summary>Bytes of a vector that a search reads; 0: Milvus decides.</summary>
    /// <param name="indexType">The collection's, as Milvus calls it.</param>
    /// <param name="componentBytes">Of a vector as it is kept.</param>
    /// <param name="dim">Components.</param>
    public static long BytesPerVector(string indexType, int componentBytes, int dim) => indexType switch
    {
        "IVF_SQ8" => dim,
        "FLAT" or "IVF_FLAT" or "HNSW" => (long)componentBytes * dim,
        _ => 0,
    };

    private static string NameOf(MilvusIndexType type) => type switch
    {
        MilvusIndexType.Flat => "FLAT",
        MilvusIndexType.IvfFlat => "IVF_FLAT",
        MilvusIndexType.IvfSq8 => "IVF_SQ8",
        MilvusIndexType.Hnsw => "HNSW",
        MilvusIndexType.DiskAnn => "DISKANN",
        _ => "AUTOINDEX",
    };

    private static Wire.KeyValuePair Pair(string key, string value) => new() { Key = key, Value = value };
}
