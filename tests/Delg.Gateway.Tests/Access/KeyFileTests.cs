using System.Text;
using Delg.Gateway.Access;
using Delg.Gateway.Access.Keys;
using Delg.Gateway.Tests.Fakes;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Tests.Access;

public class KeyFileTests
{
    private const string Hash = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    [Fact]
    public void File_OfEveryMistake_NamesAll()
    {
        var failure = Assert.Throws<KeyFileException>(() => Parse(
            $$"""
            { "keys": [
                { "id": "a", "name": "", "sha256": "{{Hash}}", "role": "read", "collections": ["photos"] },
                { "id": "a", "name": "", "sha256": "short", "role": "none", "collections": ["no/name"], "requests_per_second": -1 },
                { "id": "b_c", "name": "", "sha256": "{{Hash}}", "role": "read", "collections": [] }
            ] }
            """));

        foreach (var part in new[] { "'a' is there twice", "sha256", "role must be", "requests_per_second", "'no/name'", "'b_c'" })
            Assert.Contains(part, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"keys\": null}")]
    [InlineData("{\"keys\": [{\"id\": \"a\"}]}")]
    [InlineData("{\"keys\": [{\"id\": \"a\", \"name\": \"\", \"sha256\": \"\", \"role\": 3, \"collections\": []}]}")]
    public void File_ThatIsNone_IsRefused(string json) => Assert.Throws<KeyFileException>(() => Parse(json));

    [Fact]
    public void File_WrittenByHand_IsRead()
    {
        var record = Assert.Single(Parse($$"""{ "keys": [{ "id": "a", "name": "n", "sha256": "{{Hash}}", "role": "admin", "collections": ["*"] }] }"""));

        Assert.Equal((Role.Admin, null), (record.Role, record.RequestsPerSecond));
    }

    [Fact]
    public async Task File_ChangedByManyAtOnce_LosesNothingThatWasSaid()
    {
        using var folder = new KeyFolder();
        var added = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            try
            {
                return folder.Add(Role.Read, "*");
            }
            catch (KeyFileException)
            {
                // Somebody else was writing: said, not done.
                return null;
            }
        })));

        Assert.Equal(added.Where(key => key is not null).Select(key => key!.Split('_')[1]).Order(), KeyFile.Read(folder.KeyFile).Select(record => record.Id).Order());
    }

    [Fact]
    public async Task Gateway_WithAWrongFile_DoesNotStart()
    {
        using var folder = new KeyFolder();

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => GatewayHost.StartAsync(("KeyFile", folder.PathOf("nothing.json"))));

        Assert.Contains("Gateway:KeyFile: The key file", failure.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<KeyRecord> Parse(string json) => KeyFile.Parse("keys.json", Encoding.UTF8.GetBytes(json));
}
