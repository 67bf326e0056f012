using Delg.V1;

namespace Delg.GlobalIndex.Tests.Conformance;

/// <summary>A test of the contract of <see cref="IGlobalIndex"/>; the same for every backend. Each test has collections of its own.</summary>
public abstract class ConformanceTest : IAsyncLifetime
{
    private readonly IIndexFactory _factory;
    private readonly List<string> _collections = [];

    private protected ConformanceTest(IIndexFactory factory)
    {
        _factory = factory;
    }

    private protected IGlobalIndex Index { get; private set; } = null!;

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Index = await _factory.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        if (Index is not null)
        {
            foreach (var name in _collections)
                await Index.DeleteCollectionAsync(name, CancellationToken.None);
            await Index.DisposeAsync();
        }

        await _factory.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A name that no other test has.</summary>
    private protected string NewName()
    {
        var name = $"c{Guid.NewGuid():N}";
        _collections.Add(name);
        return name;
    }

    private protected Task<Collection> CreateAsync(int dim = 4) => Index.CreateAsync(NewName(), dim);
}
