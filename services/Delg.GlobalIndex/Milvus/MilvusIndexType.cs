namespace Delg.GlobalIndex.Milvus;

/// <summary>How Milvus indexes the vectors of a collection.</summary>
public enum MilvusIndexType
{
    /// <summary>None: every vector is compared. Exact.</summary>
    Flat,

    /// <summary>Inverted lists of float32 vectors.</summary>
    IvfFlat,

    /// <summary>Inverted lists of vectors in one byte a component.</summary>
    IvfSq8,

    /// <summary>A graph in memory.</summary>
    Hnsw,

    /// <summary>A graph on the server's disk.</summary>
    DiskAnn,

    /// <summary>What the server thinks best.</summary>
    AutoIndex,
}
