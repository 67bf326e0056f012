using Delg.GlobalIndex.Milvus;
using Delg.GlobalIndex.Tests.Conformance;

namespace Delg.GlobalIndex.Tests.Milvus.Server;

[Trait(MilvusServer.Trait, MilvusServer.TraitValue)]
public sealed class MilvusCollectionTests() : CollectionConformance(new MilvusIndexFactory());

[Trait(MilvusServer.Trait, MilvusServer.TraitValue)]
public sealed class MilvusEntryTests() : EntryConformance(new MilvusIndexFactory());

[Trait(MilvusServer.Trait, MilvusServer.TraitValue)]
public sealed class MilvusNeighborTests() : SearchConformance(new MilvusIndexFactory());

[Trait(MilvusServer.Trait, MilvusServer.TraitValue)]
public sealed class MilvusFilterTests() : FilterConformance(new MilvusIndexFactory());

/// <summary>An index on the shared server. Exact, so that its answers can be compared.</summary>
internal sealed class MilvusIndexFactory : IIndexFactory
{
    public async Task<IGlobalIndex> OpenAsync() => OpenMilvus.At(await SharedMilvus.AddressAsync(), MilvusIndexType.Flat);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
