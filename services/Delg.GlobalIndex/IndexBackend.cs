namespace Delg.GlobalIndex;

/// <summary>What keeps the collections.</summary>
public enum IndexBackend
{
    /// <summary>This service: SQLite in the data folder, exact search in memory.</summary>
    Exact,

    /// <summary>A Milvus server (section <see cref="Milvus.MilvusOptions.Section"/>).</summary>
    Milvus,
}
