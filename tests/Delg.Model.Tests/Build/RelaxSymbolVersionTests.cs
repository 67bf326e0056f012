using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Delg.Model.Tests.Build;

/// <summary>Runs the build step on its own, over a project that has nothing but the package's native file.</summary>
public sealed class RelaxSymbolVersionTests : IDisposable
{
    private const string Version = "GLIBCXX_3.4.32";
    private const string Hook = "_ZSt21ios_base_library_initv";
    private const string Harmless = "_ZNSt6chrono3_V212steady_clock3nowEv";

    private readonly string _folder = Directory.CreateTempSubdirectory("delg-build-").FullName;

    [Fact]
    public async Task Build_PackageFile_IsReplacedByACopyThatDoesNotNeedTheVersion()
    {
        string package = PackageFile();
        byte[] before = SHA256.HashData(await File.ReadAllBytesAsync(package, TestContext.Current.CancellationToken));

        string item = await Build(package);

        Assert.StartsWith(_folder, item, StringComparison.Ordinal);
        Assert.Equal(before, SHA256.HashData(await File.ReadAllBytesAsync(package, TestContext.Current.CancellationToken)));
        ElfNeeds original = ElfNeeds.Of(package), relaxed = ElfNeeds.Of(item);
        Assert.Contains((Hook, Version), original.Imports);
        Assert.DoesNotContain(Version, original.Weak);
        Assert.DoesNotContain(relaxed.Imports, i => i.Version == Version || i.Name == Hook);
        Assert.Contains(Version, relaxed.Weak);
        Assert.Equal(original.Imports.Count, relaxed.Imports.Count);
        Assert.Equal(original.Imports.Where(i => i.Name != Hook), relaxed.Imports.Where((_, at) => original.Imports[at].Name != Hook));
        Assert.Equal(original.Imports.First(i => i.Name == Harmless), relaxed.Imports[original.Imports.IndexOf((Hook, Version))]);
    }

    [Fact]
    public async Task Build_Twice_DoesNothingTheSecondTime()
    {
        string first = await Build(PackageFile());
        DateTime written = File.GetLastWriteTimeUtc(first);

        string second = await Build(PackageFile());

        Assert.Equal(first, second);
        Assert.Equal(written, File.GetLastWriteTimeUtc(second));
    }

    [Fact]
    public async Task Build_FileThatIsRelaxedAlready_KeepsItsBytes()
    {
        string once = Path.Combine(_folder, "once", "libLibTorchSharp.so");
        Directory.CreateDirectory(Path.GetDirectoryName(once)!);
        File.Copy(await Build(PackageFile()), once);
        File.SetLastWriteTimeUtc(once, DateTime.UtcNow.AddMinutes(1));

        string twice = await Build(once);

        Assert.NotEqual(once, twice);
        Assert.Equal(await File.ReadAllBytesAsync(once, TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(twice, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Build_NotNeeded_LeavesThePackagesFileInPlace() =>
        Assert.Equal(PackageFile(), await Build(PackageFile(), relax: false));

    [Fact]
    public async Task Build_NotALibrary_FailsAndSaysWhatIsWrong()
    {
        string text = Path.Combine(_folder, "text", "libLibTorchSharp.so");
        Directory.CreateDirectory(Path.GetDirectoryName(text)!);
        await File.WriteAllTextAsync(text, "not a library", TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Build(text));

        Assert.Contains("ELF", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <returns>The file that copy-local and publish would take.</returns>
    private async Task<string> Build(string package, bool relax = true)
    {
        string project = Path.Combine(_folder, "native.proj");
        await File.WriteAllTextAsync(project, $"""
            <Project>
              <PropertyGroup><IntermediateOutputPath>obj/</IntermediateOutputPath></PropertyGroup>
              <Target Name="ResolvePackageAssets">
                <ItemGroup><RuntimeTargetsCopyLocalItems Include="{package}" DestinationSubPath="kept" /></ItemGroup>
              </Target>
              <Target Name="Show" DependsOnTargets="ResolvePackageAssets">
                <Message Importance="high" Text="item=%(RuntimeTargetsCopyLocalItems.FullPath) %(RuntimeTargetsCopyLocalItems.DestinationSubPath)" />
              </Target>
              <Import Project="{Metadata("LoadOnOlderLinux")}" />
            </Project>
            """, TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { "msbuild", project, "-t:Show", "-nologo", "-nodeReuse:false", "-v:m", $"-p:RelaxTorchSharp={(relax ? "true" : "false")}" },
            RedirectStandardOutput = true,
            WorkingDirectory = _folder,
        };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        if (process.ExitCode != 0)
            throw new InvalidOperationException(output);
        string line = Assert.Single(output.Split('\n', StringSplitOptions.TrimEntries), l => l.StartsWith("item=", StringComparison.Ordinal));
        Assert.EndsWith(" kept", line, StringComparison.Ordinal);
        return line["item=".Length..^" kept".Length];
    }

    private static string PackageFile()
    {
        string file = Metadata("TorchSharpNative");
        if (!OperatingSystem.IsLinux() || !File.Exists(file))
            Assert.Skip("The step is for Linux, and the TorchSharp package's Linux library is not here.");
        return file;
    }

    private static string Metadata(string key) =>
        typeof(RelaxSymbolVersionTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    /// <summary>What a library wants of others, read from its dynamic symbols.</summary>
    /// <param name="Imports">Undefined symbols with their version, in the order of the table.</param>
    /// <param name="Weak">Versions that the loader does not insist on.</param>
    private sealed record ElfNeeds(List<(string Name, string Version)> Imports, HashSet<string> Weak)
    {
        public static ElfNeeds Of(string path)
        {
            byte[] file = File.ReadAllBytes(path);
            long headers = BitConverter.ToInt64(file, 40);
            var sections = Enumerable.Range(0, BitConverter.ToUInt16(file, 60))
                .Select(i => (int)headers + i * 64)
                .Select(h => (Type: BitConverter.ToUInt32(file, h + 4), Offset: (int)BitConverter.ToInt64(file, h + 24), Size: (int)BitConverter.ToInt64(file, h + 32)))
                .ToList();
            const uint DynamicSymbols = 11, StringTable = 3, SymbolVersions = 0x6fffffff, VersionNeeds = 0x6ffffffe;
            var symbols = sections.Single(s => s.Type == DynamicSymbols);
            int names = sections.First(s => s.Type == StringTable).Offset;
            int versions = sections.Single(s => s.Type == SymbolVersions).Offset;

            Dictionary<int, string> versionNames = [];
            HashSet<string> weak = [];
            int need = sections.Single(s => s.Type == VersionNeeds).Offset, next;
            do
            {
                int entry = need + BitConverter.ToInt32(file, need + 8);
                for (int i = BitConverter.ToUInt16(file, need + 2); i > 0; i--, entry += BitConverter.ToInt32(file, entry + 12))
                {
                    string name = Text(file, names + BitConverter.ToInt32(file, entry + 8));
                    versionNames[BitConverter.ToUInt16(file, entry + 6)] = name;
                    if ((BitConverter.ToUInt16(file, entry + 4) & 2) != 0)
                        weak.Add(name);
                }
                next = BitConverter.ToInt32(file, need + 12);
                need += next;
            }
            while (next != 0);

            var imports = new List<(string, string)>();
            for (int i = 1; i < symbols.Size / 24; i++)
            {
                int symbol = symbols.Offset + i * 24;
                if (BitConverter.ToUInt16(file, symbol + 6) == 0)
                    imports.Add((Text(file, names + BitConverter.ToInt32(file, symbol)), versionNames.GetValueOrDefault(BitConverter.ToUInt16(file, versions + i * 2), "")));
            }
            return new ElfNeeds(imports, weak);
        }

        private static string Text(byte[] file, int offset) => Encoding.ASCII.GetString(file, offset, Array.IndexOf(file, (byte)0, offset) - offset);
    }
}
