using System.Text.Json.Nodes;
using Delg.V1;

namespace Delg.EndToEnd.Tests.CommandLine;

/// <summary>The verbs that keep a collection, against a running system; each test in a collection of its own.</summary>
public sealed class CollectionVerbsTests(ServedCollection system) : IClassFixture<ServedCollection>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Import_OfAnExport_SearchesTheSameAndKnowsThePhotos()
    {
        var imported = await system.RunAsync(0, "import", "collection", system.Backup, "--as", "copy");
        var query = Path.Combine(system.Photos, system.Ids[0]);
        var original = await system.RunAsync(0, "search", query);
        var copy = await system.RunAsync(0, "search", query, "--collection", "copy");
        var indexed = await system.RunAsync(0, "index", system.Photos, "--collection", "copy");

        Assert.Equal(4, imported["images"]!.GetValue<int>());
        Assert.True(original["hits"]![0]!["verified"]!.GetValue<bool>());
        Assert.Equal(original["hits"]!.ToJsonString(), copy["hits"]!.ToJsonString());
        Assert.Equal(4, indexed["unchanged"]!.GetValue<int>());
    }

    [Fact]
    public async Task Import_IntoAFullCollectionOrOfADamagedFile_IsRefusedAndChangesNothing()
    {
        var bytes = await File.ReadAllBytesAsync(system.Backup, Stop);
        bytes[bytes.Length / 2] ^= 1;
        var damaged = system.Below("damaged.delg");
        await File.WriteAllBytesAsync(damaged, bytes, Stop);

        var refused = await system.RunAsync(1, "import", "collection", damaged, "--as", "damaged");
        var full = await system.RunAsync(1, "import", "collection", system.Backup);
        var merged = await system.RunAsync(0, "import", "collection", system.Backup, "--merge");
        var collections = await system.RunAsync(0, "list");

        Assert.Contains("damaged", refused["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("--merge", full["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(4, merged["images"]!.GetValue<int>());
        Assert.DoesNotContain("damaged", Texts(collections["collections"]!, "name"));
    }

    [Fact]
    public async Task List_OnePageAfterAnother_NamesEveryImage()
    {
        var first = await system.RunAsync(0, "list", "default", "--limit", "3");
        var second = await system.RunAsync(0, "list", "default", "--limit", "3", "--page", first["next_page_token"]!.GetValue<string>());

        Assert.Equal(system.Ids, [.. Texts(first["images"]!, "image_id"), .. Texts(second["images"]!, "image_id")]);
        Assert.Equal("", second["next_page_token"]!.GetValue<string>());
        Assert.Equal((320, 64), (first["images"]![0]!["width"]!.GetValue<int>(), first["images"]![0]!["content_hash"]!.GetValue<string>().Length));
    }

    [Fact]
    public async Task Delete_IdsThenFilterThenCollection_SaysWhatWasThere()
    {
        await system.RunAsync(0, "import", "collection", system.Backup, "--as", "emptied");

        var some = await system.RunAsync(3, "delete", system.Ids[0], "nobody", "--collection", "emptied");
        var none = await system.RunAsync(1, "delete", "nobody", "--collection", "emptied");
        var left = await system.RunAsync(0, "list", "emptied");
        var rest = await system.RunAsync(0, "delete", "--filter", "NOT HAS city", "--collection", "emptied");
        var whole = await system.RunAsync(0, "delete", "--whole-collection", "--yes", "--collection", "emptied");
        var gone = await system.RunAsync(1, "list", "emptied");

        Assert.Equal((1, 0), (some["deleted"]!.GetValue<int>(), none["deleted"]!.GetValue<int>()));
        Assert.Equal("nobody", some["missing"]![0]!.GetValue<string>());
        Assert.Equal(system.Ids.Skip(1), Texts(left["images"]!, "image_id"));
        Assert.Equal((3, 0), (rest["deleted"]!.GetValue<int>(), whole["deleted"]!.GetValue<int>()));
        Assert.Contains("COLLECTION_NOT_FOUND", gone["error"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Index_OfAListWithMetadata_KeepsThemAndFindsTheSamePhotoTwice()
    {
        var list = system.Below("list.txt");
        await File.WriteAllTextAsync(list, $"photos/{system.Ids[0]}\nphotos/{system.Ids[0]}\tagain\nphotos/missing.jpg\n", Stop);

        var indexed = await system.RunAsync(3, "index", list, "--collection", "twice", "--set", "year=1990");
        var again = await system.RunAsync(3, "index", list, "--collection", "twice");
        var old = await system.RunAsync(0, "list", "twice", "--filter", "year < 2000");
        var found = await system.RunAsync(0, "duplicates", "--collection", "twice");

        Assert.Equal((2, "photos/missing.jpg"), (indexed["added"]!.GetValue<int>(), Assert.Single(Texts(indexed["failed"]!, "image_id"))));
        Assert.Equal(2, again["unchanged"]!.GetValue<int>());
        Assert.Equal(["again", $"photos/{system.Ids[0]}"], Texts(old["images"]!, "image_id"));
        var pair = Assert.Single(found["pairs"]!.AsArray())!;
        Assert.Equal(("again", $"photos/{system.Ids[0]}"), (pair["image_id"]!.GetValue<string>(), pair["other_image_id"]!.GetValue<string>()));
        Assert.True(pair["similarity"]!.GetValue<double>() > 0.999);
    }

    [Fact]
    public async Task Check_FeaturesLost_MendsSoThatIndexingMakesThePhotoWhole()
    {
        await system.RunAsync(0, "import", "collection", system.Backup, "--as", "broken");
        await system.Verifier.DeleteFeaturesAsync(new DeleteFeaturesRequest { Collection = "broken", ImageIds = { system.Ids[2] } }, cancellationToken: Stop);

        var found = await system.RunAsync(3, "check", "broken");
        var exported = await system.RunAsync(3, "export", "broken", system.Below("broken.delg"));
        var mended = await system.RunAsync(0, "check", "broken", "--mend");
        var indexed = await system.RunAsync(0, "index", system.Photos, "--collection", "broken");
        var all = await system.RunAsync(0, "check");

        var half = Assert.Single(found["collections"]![0]!["halves"]!.AsArray())!;
        Assert.Equal((system.Ids[2], "entry", false), (half["image_id"]!.GetValue<string>(), half["kept"]!.GetValue<string>(), half["mended"]!.GetValue<bool>()));
        Assert.Equal((3, system.Ids[2]), (exported["images"]!.GetValue<int>(), Assert.Single(Texts(exported["failed"]!, "image_id"))));
        Assert.True(mended["collections"]![0]!["halves"]![0]!["mended"]!.GetValue<bool>());
        Assert.Equal((1, 3), (indexed["added"]!.GetValue<int>(), indexed["unchanged"]!.GetValue<int>()));
        Assert.All(all["collections"]!.AsArray(), collection => Assert.Empty(collection!["halves"]!.AsArray()));
    }

    private static IEnumerable<string> Texts(JsonNode items, string key) => items.AsArray().Select(item => item![key]!.GetValue<string>());
}
