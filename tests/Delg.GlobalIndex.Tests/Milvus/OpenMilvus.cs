using Delg.GlobalIndex.Milvus;
using Microsoft.Extensions.Logging.Abstractions;

namespace Delg.GlobalIndex.Tests.Milvus;

/// <summary>The index on a Milvus server, without its service.</summary>
internal static class OpenMilvus
{
    /// <summary>Prefix of the tests' collections.</summary>
    public const string Prefix = "delgtest_";

    public static MilvusIndex At(string address, MilvusIndexType indexType = MilvusIndexType.Flat, Action<MilvusOptions>? set = null)
    {
        var options = new MilvusOptions { Address = address, CollectionPrefix = Prefix, IndexType = indexType, PollSeconds = 0.05 };
        set?.Invoke(options);
        return new MilvusIndex(options, TimeProvider.System, NullLoggerFactory.Instance);
    }
}
