using System.Globalization;
using Delg.Cli.CommandLine;
using Delg.Cli.Connection;

namespace Delg.Cli.Tests.Connection;

public sealed class EndpointFileTests : IDisposable
{
    private const string Address = "http://127.0.0.1:5100";

    private readonly string _folder = Directory.CreateTempSubdirectory("delg-cli-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Find_WhileAnnounced_GivesTheAddress()
    {
        using (EndpointFile.Announce(_folder, Address))
            Assert.Equal(new EndpointFile(Address, Environment.ProcessId), EndpointFile.Find(_folder));

        Assert.Null(EndpointFile.Find(_folder));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Find_ProcessGone_GivesNothing()
    {
        // Above the largest process id of any system.
        var note = string.Create(CultureInfo.InvariantCulture, $$"""{ "address": "{{Address}}", "process_id": {{int.MaxValue}} }""");
        File.WriteAllText(Path.Combine(_folder, EndpointFile.FileName), note);

        Assert.Null(EndpointFile.Find(_folder));
    }

    [Fact]
    public void Find_Garbage_GivesNothing()
    {
        File.WriteAllText(Path.Combine(_folder, EndpointFile.FileName), "{");

        Assert.Null(EndpointFile.Find(_folder));
        Assert.Null(EndpointFile.Find(Path.Combine(_folder, "missing")));
    }

    [Fact]
    public void Take_Twice_FailsUntilReleased()
    {
        using (DataFolderLock.Take(_folder))
            Assert.Throws<CommandFailedException>(() => DataFolderLock.Take(_folder));

        using var again = DataFolderLock.Take(_folder);
        Assert.NotNull(again);
    }
}
