using Delg.Cli.CommandLine;
using Delg.Cli.Files;

namespace Delg.Cli.Tests.Files;

public sealed class ImageListTests
{
    [Fact]
    public async Task Read_PathsAndIds_KeepsTheOrderAndResolvesFromTheFolder()
    {
        var images = await ReadAsync("b.jpg\n# note\n\n./sub/a.jpg\n/abs/c.jpg\nd.jpg\tholiday 17\n");

        Assert.Equal(
            [("b.jpg", "/base/b.jpg"), ("sub/a.jpg", "/base/sub/a.jpg"), ("abs/c.jpg", "/abs/c.jpg"), ("holiday 17", "/base/d.jpg")],
            images.Select(image => (image.Id, image.Path)));
    }

    [Theory]
    [InlineData("\n#\n")]
    [InlineData("a.jpg\n./a.jpg\n")]
    public async Task Read_NothingOrTheSameTwice_IsRefused(string list) => await Assert.ThrowsAsync<CommandFailedException>(() => ReadAsync(list));

    private static async Task<IReadOnlyList<ImageFile>> ReadAsync(string list)
    {
        using var lines = new StringReader(list);
        return await ImageList.ReadAsync(lines, "/base", TestContext.Current.CancellationToken);
    }
}
