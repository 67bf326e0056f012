namespace Delg.GlobalIndex.Tests.Conformance;

/// <summary>How the conformance tests come by an index of one backend.</summary>
internal interface IIndexFactory : IAsyncDisposable
{
    /// <summary>
    /// An index that may hold other tests' collections. Skips the running test, with a reason, where the backend is not there. The caller disposes
    /// of the index before the factory.
    /// </summary>
    public Task<IGlobalIndex> OpenAsync();
}
