using Delg.LocalVerifier.Stores;
using Delg.LocalVerifier.Stores.Sqlite;

namespace Delg.LocalVerifier.Tests.Stores.Sqlite;

public sealed class SqliteConformanceTests : FeatureStoreConformance
{
    private protected override async Task<OpenedStore> OpenAsync()
    {
        var folder = new TemporaryFolder();
        return await OpenedStore.OpenAsync(
            () => Task.FromResult<IFeatureStore>(SqliteFeatureStore.Open(folder.Path, new SqliteStoreOptions { DeleteBatchImages = SmallBatch })), folder);
    }
}
