using Delg.GlobalIndex.Tests.Conformance;

namespace Delg.GlobalIndex.Tests.Exact;

public sealed class ExactCollectionTests() : CollectionConformance(new ExactIndexFactory());

public sealed class ExactEntryTests() : EntryConformance(new ExactIndexFactory());

public sealed class ExactNeighborTests() : SearchConformance(new ExactIndexFactory());

public sealed class ExactFilterTests() : FilterConformance(new ExactIndexFactory());

/// <summary>An embedded index in a folder of its own.</summary>
internal sealed class ExactIndexFactory : IIndexFactory
{
    private readonly TemporaryFolder _folder = new();

    public Task<IGlobalIndex> OpenAsync() => Task.FromResult<IGlobalIndex>(OpenIndex.At(_folder.Path));

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
