using Delg.LocalVerifier.Stores;

namespace Delg.LocalVerifier.Tests.Stores;

/// <summary>A store under test, what it stands on, and how to open it again.</summary>
/// <param name="open">Opens the store on what is there.</param>
/// <param name="ground">What goes last, e.g. the store's folder or server.</param>
internal sealed class OpenedStore(Func<Task<IFeatureStore>> open, IDisposable ground) : IAsyncDisposable
{
    private IFeatureStore? _store;

    public IFeatureStore Store => _store!;

    public static async Task<OpenedStore> OpenAsync(Func<Task<IFeatureStore>> open, IDisposable ground)
    {
        var opened = new OpenedStore(open, ground);
        await opened.ReopenAsync();
        return opened;
    }

    public async Task ReopenAsync()
    {
        await CloseAsync();
        _store = await open();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        ground.Dispose();
    }

    private ValueTask CloseAsync() => _store is IAsyncDisposable closable ? closable.DisposeAsync() : ValueTask.CompletedTask;
}
