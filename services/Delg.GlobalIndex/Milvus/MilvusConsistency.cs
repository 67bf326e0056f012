namespace Delg.GlobalIndex.Milvus;

/// <summary>What a read waits for.</summary>
public enum MilvusConsistency
{
    /// <summary>
    /// Everything this service has written, and everything others had written when it first used the collection. A read waits only when it
    /// comes right after a write.
    /// </summary>
    Session,

    /// <summary>Everything that anyone has written: several services may share a Milvus. Every read waits for the server's clock to tick.</summary>
    Strong,

    /// <summary>Everything older than a few seconds.</summary>
    Bounded,

    /// <summary>Nothing.</summary>
    Eventually,
}
