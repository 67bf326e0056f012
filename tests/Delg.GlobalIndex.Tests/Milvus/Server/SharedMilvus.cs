using Delg.GlobalIndex.Tests.Milvus.Server;

[assembly: AssemblyFixture(typeof(SharedMilvus))]

namespace Delg.GlobalIndex.Tests.Milvus.Server;

/// <summary>
/// The server that tests share: the one of the variable, else one that is started for the first test that needs it and ended after the last test.
/// </summary>
public sealed class SharedMilvus : IAsyncDisposable
{
    /// <summary>Address of a running server, <c>http://host:port</c>, whose collections of prefix <c>delgtest_</c> are the tests' own.</summary>
    public const string AddressVariable = "DELG_TEST_MILVUS";

    private static readonly SemaphoreSlim _starting = new(1);
    private static MilvusServer? _started;

    /// <summary>Its address. Skips the running test where there is no server and none to start.</summary>
    public static async Task<string> AddressAsync()
    {
        if (Environment.GetEnvironmentVariable(AddressVariable) is { Length: > 0 } given)
            return given;
        Assert.SkipWhen(
            MilvusTool.Path is null,
            $"No Milvus here: set {AddressVariable} to the address of one, or {MilvusTool.FolderVariable} to a folder that holds the script milvus.");
        await _starting.WaitAsync();
        try
        {
            return (_started ??= await MilvusServer.StartAsync()).Address;
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_started is not null)
            await _started.DisposeAsync();
    }
}
