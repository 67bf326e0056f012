using System.Text.Json.Nodes;

namespace Delg.Cli.Tests.Key;

public sealed class KeyCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("delg-key-");

    private string File => Path.Combine(_folder.FullName, "keys.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Key_New_IsShownOnceAndKeptAsAHash()
    {
        var made = await CliRun.OfAsync("key", "new", "--name", "shop", "--role", "write", "--collection", "photos", "--requests-per-second", "5", "--file", File, "--json");
        var listed = await CliRun.OfAsync("key", "list", "--file", File, "--json");

        var key = (string)made.Json()["key"]!;
        Assert.Equal(0, made.ExitCode);
        Assert.Matches("^delg_[0-9a-f]{12}_[0-9a-f]{64}$", key);
        Assert.DoesNotContain(key.Split('_')[2], await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var record = Assert.Single(listed.Json()["keys"]!.AsArray())!;
        Assert.Equal(key.Split('_')[1], (string)record["id"]!);
        Assert.Equal(("shop", "write", 5.0), ((string)record["name"]!, (string)record["role"]!, (double)record["requests_per_second"]!));
        Assert.Equal(["photos"], record["collections"]!.AsArray().Select(c => (string)c!));
    }

    [Fact]
    public async Task Key_NewWithoutJson_IsAloneOnStandardOutput()
    {
        var run = await CliRun.OfAsync("key", "new", "--name", "shop", "--collection", "*", "--file", File);

        Assert.Matches("^delg_[0-9a-f]{12}_[0-9a-f]{64}\n$", run.Output);
        Assert.Contains("DELG_Gateway__KeyFile=", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_File_IsItsOwnersOnly()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no Unix file modes.");
            return;
        }

        await CliRun.OfAsync("key", "new", "--name", "shop", "--collection", "*", "--file", File);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public async Task Key_Revoked_IsGoneAndOthersStay()
    {
        var first = (await CliRun.OfAsync("key", "new", "--name", "first", "--collection", "*", "--file", File, "--json")).Json();
        await CliRun.OfAsync("key", "new", "--name", "second", "--collection", "*", "--file", File);

        var revoked = await CliRun.OfAsync("key", "revoke", (string)first["id"]!, "--file", File, "--json");
        var again = await CliRun.OfAsync("key", "revoke", (string)first["id"]!, "--file", File);
        var listed = await CliRun.OfAsync("key", "list", "--file", File, "--json");

        Assert.Equal(0, revoked.ExitCode);
        Assert.Equal(1, again.ExitCode);
        Assert.Equal(["second"], listed.Json()["keys"]!.AsArray().Select(k => (string)((JsonObject)k!)["name"]!));
    }

    [Theory]
    [InlineData("--role", "king", "--collection", "*")]
    [InlineData("--collection", "no/name")]
    [InlineData("--collection", "*", "--requests-per-second", "-1")]
    [InlineData("--role", "read")]
    public async Task Key_WrongArguments_AreWrongUsageAndMakeNoFile(params string[] arguments)
    {
        var run = await CliRun.OfAsync(["key", "new", "--name", "x", "--file", File, .. arguments]);

        Assert.Equal(2, run.ExitCode);
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public async Task Key_ListOfNoFile_Fails()
    {
        var run = await CliRun.OfAsync("key", "list", "--file", File);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("cannot be read", run.Error, StringComparison.Ordinal);
    }
}
