namespace Delg.GlobalIndex.Milvus;

/// <summary>A collection that is indexed and in Milvus's memory.</summary>
/// <param name="Collection">What it is.</param>
/// <param name="IndexType">Type of its index, as Milvus calls it.</param>
/// <param name="Clock">What its reads wait for.</param>
internal sealed record OpenCollection(MilvusCollection Collection, string IndexType, SessionClock Clock)
{
    /// <summary>One delete at a time, so that no entry is counted by two.</summary>
    public SemaphoreSlim Deleting { get; } = new(1);
}
