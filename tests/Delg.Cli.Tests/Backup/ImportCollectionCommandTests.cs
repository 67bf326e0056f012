using Delg.Cli.Backup;
using Delg.V1;

namespace Delg.Cli.Tests.Backup;

public sealed class ImportCollectionCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("delg-import-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Import_OfAnotherModel_IsRefusedAndLeavesNoCollection()
    {
        var (file, data) = (Path.Combine(_folder, "c.delg"), Path.Combine(_folder, "data"));
        using (var writer = new BackupWriter(file))
        {
            writer.Write(new Collection { Name = "c", ModelId = "other@000000000000", Dim = 3 });
            writer.Write(new ExportedImage { ImageId = "a" });
            writer.Finish();
        }

        var import = await CliRun.OfAsync("import", "collection", file, "--data", data, "--model", TinyModel.Path);
        var list = await CliRun.OfAsync("list", "--data", data, "--model", TinyModel.Path, "--json");

        Assert.Equal(1, import.ExitCode);
        Assert.Contains("other@000000000000", import.Error, StringComparison.Ordinal);
        Assert.Equal("[]", list.Json()["collections"]!.ToJsonString());
    }
}
