using Delg.Cli.CommandLine;
using Delg.Cli.Files;

namespace Delg.Cli.Tests.Files;

public sealed class ImageFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("delg-cli-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Below_NestedFolders_GivesIdsWithSlashesInOrder()
    {
        Touch("b/deep/2.PNG");
        Touch("a/1.jpg");
        Touch("top.webp");
        Touch("a/notes.txt");
        Touch(".hidden/3.jpg");

        Assert.Equal(["a/1.jpg", "b/deep/2.PNG", "top.webp"], ImageFiles.Below(_folder).Select(image => image.Id));
    }

    [Fact]
    public void Below_LinkToItsOwnParent_IsNotFollowed()
    {
        Touch("a/1.jpg");
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "a", "loop"), _folder.FullName);

        Assert.Single(ImageFiles.Below(_folder));
    }

    [Fact]
    public void Below_NoPictures_Fails()
    {
        Touch("notes.txt");

        Assert.Throws<CommandFailedException>(() => ImageFiles.Below(_folder));
        Assert.Throws<CommandFailedException>(() => ImageFiles.Below(new DirectoryInfo("/nowhere/at/all")));
    }

    [Theory]
    [InlineData("arch/01.jpg", "arch")]
    [InlineData("arch/night/01.jpg", "arch")]
    [InlineData("01.jpg", "")]
    public void GroupOf_Id_IsItsFirstFolder(string id, string group) => Assert.Equal(group, ImageFile.GroupOf(id));

    private void Touch(string name)
    {
        var path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
    }
}
