using Delg.Cli.Backup;
using Delg.Cli.CommandLine;
using Delg.V1;
using Google.Protobuf;

namespace Delg.Cli.Tests.Backup;

public sealed class BackupFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("delg-backup-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Path => System.IO.Path.Combine(_folder, "c.delg");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    public void Write_ThenRead_GivesTheSame(int images)
    {
        var collection = new Collection { Name = "c", ModelId = "m@0", Dim = 3 };
        var expected = Enumerable.Range(0, images).Select(Image).ToList();

        var bytes = WriteAll(collection, expected);

        using var reader = BackupReader.Open(Path, Stop);
        Assert.Equal(new FileInfo(Path).Length, bytes);
        Assert.Equal(collection, reader.Collection);
        Assert.Equal(images, reader.Images);
        Assert.Equal(expected, reader.ReadImages());
        Assert.Equal(["c.delg"], Directory.GetFiles(_folder).Select(System.IO.Path.GetFileName));
    }

    [Fact]
    public void Open_AnyByteChanged_IsRefused()
    {
        WriteAll(new Collection { Name = "c" }, [Image(1)]);
        var sound = File.ReadAllBytes(Path);
        for (var i = 0; i < sound.Length; i++)
        {
            var damaged = (byte[])sound.Clone();
            damaged[i] ^= 1;
            File.WriteAllBytes(Path, damaged);
            Assert.Throws<CommandFailedException>(() => BackupReader.Open(Path, Stop));
        }
    }

    [Fact]
    public void Open_CutAnywhereOrContinued_IsRefused()
    {
        WriteAll(new Collection { Name = "c" }, [Image(1), Image(2)]);
        var sound = File.ReadAllBytes(Path);
        for (var length = 0; length < sound.Length; length++)
        {
            File.WriteAllBytes(Path, sound[..length]);
            Assert.Throws<CommandFailedException>(() => BackupReader.Open(Path, Stop));
        }

        File.WriteAllBytes(Path, [.. sound, 0]);
        Assert.Throws<CommandFailedException>(() => BackupReader.Open(Path, Stop));
    }

    [Fact]
    public void Dispose_BrokenOff_LeavesTheEarlierFile()
    {
        WriteAll(new Collection { Name = "c" }, [Image(1)]);
        var before = File.ReadAllBytes(Path);

        using (var writer = new BackupWriter(Path))
            writer.Write(new Collection { Name = "other" });

        Assert.Equal(before, File.ReadAllBytes(Path));
        Assert.Single(Directory.GetFiles(_folder));
    }

    private long WriteAll(Collection collection, IEnumerable<ExportedImage> images)
    {
        using var writer = new BackupWriter(Path);
        writer.Write(collection);
        foreach (var image in images)
            writer.Write(image);
        return writer.Finish();
    }

    private static ExportedImage Image(int i) => new() { ImageId = $"i{i}", ContentHash = ByteString.CopyFrom((byte)i), Global = new GlobalDescriptor { Values = { i } } };
}
