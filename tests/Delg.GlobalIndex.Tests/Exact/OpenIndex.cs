using Delg.GlobalIndex.Exact;

namespace Delg.GlobalIndex.Tests.Exact;

/// <summary>The embedded index without its service.</summary>
internal static class OpenIndex
{
    public static ExactIndex At(string folder) => ExactIndex.Load(new EntryStore(folder), new GlobalIndexOptions(), TimeProvider.System);
}
