using Delg.ServiceDefaults.Hosting;
using Microsoft.Extensions.Configuration;

namespace Delg.ServiceDefaults.Tests.Hosting;

public sealed class DataFolderTests
{
    [Fact]
    public void For_ConfiguredRoot_MakesTheServicesFolderBelowIt()
    {
        var root = Directory.CreateTempSubdirectory("delg-data-").FullName;
        try
        {
            var folder = DataFolder.For(Configuration(Path.Combine(root, "new")), "index");

            Assert.Equal(Path.Combine(root, "new", "index"), folder);
            Assert.True(Directory.Exists(folder));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public void Root_NotConfigured_IsTheUsersOwn()
    {
        var root = DataFolder.Root(Configuration(" "));

        Assert.True(Path.IsPathFullyQualified(root));
        Assert.Equal("delg", Path.GetFileName(root));
    }

    private static IConfiguration Configuration(string root) =>
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(DataFolder.Key, (string?)root)]).Build();
}
