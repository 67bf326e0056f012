using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;

namespace Delg.Contracts.Tests.Package;

public class PackageTests
{
    private const int PatienceMilliseconds = 120_000;

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Pack_AsBuilt_HoldsTheClientItsTextsAndOnlyPublicDependencies()
    {
        var folder = Directory.CreateTempSubdirectory("delg-pack-");
        try
        {
            var package = await PackAsync(folder.FullName);
            using var archive = ZipFile.OpenRead(package);
            var names = archive.Entries.Select(entry => entry.FullName).ToHashSet(StringComparer.Ordinal);
            await using var stream = archive.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
            var description = await XDocument.LoadAsync(stream, LoadOptions.None, TestContext.Current.CancellationToken);
            string Value(string name) => description.Descendants().First(element => element.Name.LocalName == name).Value;
            var dependencies = description.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value);

            Assert.Superset(
                new HashSet<string> { "lib/net10.0/Delg.Contracts.dll", "lib/net10.0/Delg.Contracts.xml", "PACKAGE.md", "protos/delg/v1/image_search.proto" },
                names);
            Assert.Equal(("Delg.Contracts", "Apache-2.0", "PACKAGE.md"), (Value("id"), Value("license"), Value("readme")));
            Assert.Equal(["Google.Api.CommonProtos", "Google.Protobuf", "Grpc.Net.Client", "Grpc.StatusProto", "System.Numerics.Tensors"], dependencies.Order());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Packs what these tests were built with.</summary>
    private static async Task<string> PackAsync(string folder)
    {
        // tests/PROJECT/bin/CONFIGURATION/FRAMEWORK
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!;
        var project = Path.Combine(configuration.Parent!.Parent!.Parent!.Parent!.FullName, "services", "Delg.Contracts");
        var start = new ProcessStartInfo("dotnet", ["pack", project, "-c", configuration.Name, "--no-build", "-o", folder, "-nodeReuse:false"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{await output}\n{await error}");
        return Assert.Single(Directory.GetFiles(folder, "*.nupkg"));
    }
}
