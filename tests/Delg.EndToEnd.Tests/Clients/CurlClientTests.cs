using System.Text.Json.Nodes;
using Delg.Contracts.Errors;
using Delg.EndToEnd.Tests.FourProcesses;
using Delg.EndToEnd.Tests.Processes;
using Delg.Imaging.Decoding;

namespace Delg.EndToEnd.Tests.Clients;

/// <summary>What the README shows with curl, from the first photo to the last.</summary>
[Collection(typeof(ServedClients))]
public sealed class CurlClientTests(FourServices system)
{
    private const int PatienceMilliseconds = 180_000;
    private const string Images = "v1/collections/curl/images";

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Photos_IndexedSearchedListedDeleted_OverHttp()
    {
        using var folder = new TemporaryFolder();
        var photos = await ScenePhotos.WriteAsync(folder, TestContext.Current.CancellationToken);
        string[] names = ["first", "trips/second", "third"];
        var curl = new Curl(system.HttpAddress, folder);

        foreach (var (photo, name) in photos.Zip(names))
        {
            var indexed = (await curl.CallAsync($"{Images}/{name}", "-F", $"image=@{photo}", "-F", "metadata=" + Named(name))).Good();
            Assert.Equal("INDEX_OUTCOME_ADDED", indexed["outcome"]!.GetValue<string>());
            Assert.True(indexed["localFeatureCount"]!.GetValue<int>() > 0);
        }

        var answer = (await curl.CallAsync("v1/collections/curl:search", "-F", $"image=@{photos[0]}", "-F", "top_k=2", "-F", "explain=EXPLAIN_LEVEL_MATCHES")).Good();
        Assert.Equal(names[..2], answer["hits"]!.AsArray().Select(hit => hit!["imageId"]!.GetValue<string>()));
        Assert.Equal(names[1], answer["hits"]![1]!["metadata"]!["values"]!["name"]!["stringValue"]!.GetValue<string>());
        var why = answer["hits"]![1]!["verification"]!;
        Assert.True(why["verified"]!.GetValue<bool>(), $"{why}");
        Assert.Equal(6, why["affine"]!.AsArray().Count);
        Assert.Equal(4, why["candidateRegion"]!.AsArray().Count);
        Assert.NotEmpty(why["matches"]!.AsArray());

        var byId = (await curl.CallAsync("v1/collections/curl:search", "--json", """{"image_id":"first","top_k":1}""")).Good();
        Assert.Equal(names[1], byId["hits"]![0]!["imageId"]!.GetValue<string>());

        var page = (await curl.CallAsync($"{Images}?page_size=2")).Good();
        var rest = (await curl.CallAsync($"{Images}?page_size=2&page_token={Uri.EscapeDataString(page["nextPageToken"]!.GetValue<string>())}")).Good();
        var listed = new[] { page, rest }.SelectMany(part => part["images"]!.AsArray()).Select(image => image!["imageId"]!.GetValue<string>()).ToArray();
        Assert.Equal(names.Order(StringComparer.Ordinal), listed);

        var thumbnail = await curl.CallAsync($"{Images}/trips/second:thumbnail");
        Assert.Equal((200, "image/jpeg"), (thumbnail.Status, thumbnail.ContentType));
        var picture = new ImageDecoder().Decode(thumbnail.Body);
        Assert.Equal((320, 240), (picture.Width, picture.Height));

        foreach (var name in names)
            (await curl.CallAsync($"{Images}/{name}", "-X", "DELETE")).Good();
        Assert.False((await curl.CallAsync(Images)).Good()["images"] is { } left && left.AsArray().Count > 0);
    }

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Failures_OverHttp_AreProblemsWithAReason()
    {
        using var folder = new TemporaryFolder();
        var broken = folder.Below("broken.jpg");
        await File.WriteAllTextAsync(broken, "no picture", TestContext.Current.CancellationToken);
        var curl = new Curl(system.HttpAddress, folder);

        AssertProblem(404, ErrorReason.CollectionNotFound, await curl.CallAsync("v1/collections/nowhere/images/a"));
        AssertProblem(400, ImageDecodeReason.FormatUnsupported, await curl.CallAsync("v1/collections/curl-failures/images/broken", "-F", $"image=@{broken}"));
        var unknownField = await curl.CallAsync("v1/collections/curl-failures:search", "-F", $"image=@{broken}", "-F", "top_q=2");
        AssertProblem(400, ErrorReason.FieldInvalid, unknownField);
        Assert.Equal("top_q", unknownField.Json()["violations"]![0]!["field"]!.GetValue<string>());
        AssertProblem(404, ErrorReason.MethodNotFound, await curl.CallAsync("v1/nothing"));
    }

    private static string Named(string name) =>
        new JsonObject { ["values"] = new JsonObject { ["name"] = new JsonObject { ["string_value"] = name } } }.ToJsonString();

    private static void AssertProblem(int status, string reason, CurlAnswer answer)
    {
        Assert.Equal((status, reason), (answer.Status, answer.Json()["reason"]!.GetValue<string>()));
        Assert.StartsWith("application/problem+json", answer.ContentType, StringComparison.Ordinal);
        Assert.Equal(status, answer.Json()["status"]!.GetValue<int>());
        Assert.NotEmpty(answer.Json()["detail"]!.GetValue<string>());
    }
}
