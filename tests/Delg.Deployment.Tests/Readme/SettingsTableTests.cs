using System.Reflection;
using Delg.Deployment.Tests.Repository;
using Delg.Extractor;
using Delg.Gateway;
using Delg.Gateway.Access;
using Delg.Gateway.Access.Rates;
using Delg.Gateway.Access.Tokens;
using Delg.Gateway.Backends;
using Delg.GlobalIndex;
using Delg.GlobalIndex.Milvus;
using Delg.Imaging.Decoding;
using Delg.LocalVerifier;
using Delg.LocalVerifier.Stores.Redis;
using Delg.LocalVerifier.Stores.Sqlite;
using Delg.ServiceDefaults.Hosting;
using Delg.ServiceDefaults.Tls;

namespace Delg.Deployment.Tests.Readme;

public sealed class SettingsTableTests
{
    [Theory]
    [InlineData("every one", typeof(ServiceListenOptions), "")]
    [InlineData("every one", typeof(ServiceTlsOptions), "Tls__")]
    [InlineData("`Extractor`", typeof(ExtractorOptions), "")]
    [InlineData("`Extractor`", typeof(DecodeLimits), "Decode__")]
    [InlineData("`GlobalIndex`", typeof(GlobalIndexOptions), "")]
    [InlineData("`GlobalIndex__Milvus`", typeof(MilvusOptions), "")]
    [InlineData("`LocalVerifier`", typeof(LocalVerifierOptions), "")]
    [InlineData("`LocalVerifier`", typeof(SqliteStoreOptions), "Sqlite__")]
    [InlineData("`LocalVerifier`", typeof(RedisStoreOptions), "Redis__")]
    [InlineData("`Gateway`", typeof(GatewayOptions), "")]
    [InlineData("`Gateway`", typeof(AccessOptions), "")]
    [InlineData("`Gateway`", typeof(RateOptions), "")]
    [InlineData("`Gateway__Jwt`", typeof(JwtOptions), "")]
    [InlineData("`Gateway__BackendTls`", typeof(BackendTlsOptions), "")]
    public void Settings_OfSection_NamesEveryOption(string section, Type options, string prefix)
    {
        var row = Array.Find(File.ReadAllLines(Clone.PathOf("README.md")), line => line.StartsWith($"| {section} |", StringComparison.Ordinal));
        Assert.NotNull(row);

        var missing = options.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite && property.PropertyType != typeof(DecodeLimits))
            .Select(property => prefix + property.Name)
            .Where(key => !row.Contains($"`{key}", StringComparison.Ordinal));
        Assert.Empty(missing);
    }
}
