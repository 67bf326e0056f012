using Delg.GlobalIndex.Milvus.Wire;

namespace Delg.GlobalIndex.Milvus;

/// <summary>
/// What reads of one collection wait for. Milvus stamps each write with its hybrid time; a read that names a stamp waits until all writes up to
/// it can be seen, which is at once unless the write was just now.
/// </summary>
/// <param name="consistency">As set.</param>
/// <param name="start">Hybrid time when the collection was first used here: a service that starts anew sees what it wrote before.</param>
internal sealed class SessionClock(MilvusConsistency consistency, ulong start)
{
    // Milvus's own numbers for "all before now", "nothing" and "all but the last seconds".
    private const ulong Now = 0;
    private const ulong Nothing = 1;
    private const ulong BeforeTheLastSeconds = 2;

    private ulong _written = start;

    /// <summary>A write of ours was acknowledged.</summary>
    /// <param name="timestamp">Its hybrid time.</param>
    public void Written(ulong timestamp)
    {
        var before = Volatile.Read(ref _written);
        while (timestamp > before)
        {
            var found = Interlocked.CompareExchange(ref _written, timestamp, before);
            if (found == before)
                return;
            before = found;
        }
    }

    public (ConsistencyLevel Level, ulong Timestamp) ForRead() => consistency switch
    {
        MilvusConsistency.Strong => (ConsistencyLevel.StrongUnspecified, Now),
        MilvusConsistency.Bounded => (ConsistencyLevel.Bounded, BeforeTheLastSeconds),
        MilvusConsistency.Eventually => (ConsistencyLevel.Eventually, Nothing),
        _ => (ConsistencyLevel.Session, Volatile.Read(ref _written)),
    };
}
