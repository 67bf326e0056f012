using System.Text.Json;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Google.Api;

namespace Delg.Gateway.Tests.Http;

public class OpenApiTests
{
    [Fact]
    public async Task Document_HasEveryWayIn_WithTheCommentsOfTheProtos()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();

        var document = JsonDocument.Parse(await http.GetStringAsync("/openapi/v1.json")).RootElement;

        var paths = document.GetProperty("paths");
        var described = paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(verb => (Path: path.Name, Verb: verb.Name)));
        Assert.Equal(WaysIn().Append(("/v1/collections/{collection}/images/{image_id}:thumbnail", "get")).Order(), described.Order());
        Assert.All(paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject()), verb => Assert.NotEmpty(verb.Value.GetProperty("description").GetString()!));
        var names = paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).Select(verb => verb.Value.GetProperty("operationId").GetString()).ToList();
        Assert.Distinct(names);
        var hit = document.GetProperty("components").GetProperty("schemas").GetProperty("Hit").GetProperty("properties");
        Assert.Contains("Cosine similarity", hit.GetProperty("similarity").GetProperty("description").GetString(), StringComparison.Ordinal);
        var form = paths.GetProperty("/v1/collections/{collection}:search").GetProperty("post").GetProperty("requestBody").GetProperty("content").GetProperty("multipart/form-data");
        Assert.Equal("binary", form.GetProperty("schema").GetProperty("properties").GetProperty("image").GetProperty("format").GetString());
    }

    [Fact]
    public async Task Document_SaysThatAKeyMayBeSent()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();

        var document = JsonDocument.Parse(await http.GetStringAsync("/openapi/v1.json")).RootElement;

        Assert.Equal("bearer", document.GetProperty("components").GetProperty("securitySchemes").GetProperty("key").GetProperty("scheme").GetString());
        Assert.Equal(["", "key"], document.GetProperty("security").EnumerateArray().Select(way => string.Join(",", way.EnumerateObject().Select(scheme => scheme.Name))));
    }

    [Fact]
    public async Task Document_References_AllLeadSomewhere()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();

        var text = await http.GetStringAsync("/openapi/v1.json");

        var schemas = JsonDocument.Parse(text).RootElement.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(schema => schema.Name).ToHashSet();
        var referenced = text.Split("\"#/components/schemas/").Skip(1).Select(rest => rest[..rest.IndexOf('"', StringComparison.Ordinal)]).ToHashSet();
        Assert.Contains("Hit", referenced);
        Assert.Subset(schemas, referenced);
    }

    [Fact]
    public async Task Page_ToTryIt_NeedsNothingFromOutside()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();

        var page = await http.GetStringAsync("/docs/index.html");

        var assets = page.Split(["src=\"", "href=\""], StringSplitOptions.None).Skip(1).Select(rest => rest[..rest.IndexOf('"', StringComparison.Ordinal)]).ToList();
        Assert.Contains(assets, asset => asset.EndsWith("swagger-ui-bundle.js", StringComparison.Ordinal));
        foreach (var asset in assets)
        {
            Assert.DoesNotContain("//", asset, StringComparison.Ordinal);
            Assert.True((await http.GetAsync($"/docs/{asset}")).IsSuccessStatusCode, asset);
        }

        Assert.Contains("/openapi/v1.json", await http.GetStringAsync("/docs/index.js"), StringComparison.Ordinal);
    }

    private static IEnumerable<(string Path, string Verb)> WaysIn() => ImageSearchService.Descriptor.Methods
        .Select(method => method.GetOptions()?.GetExtension(AnnotationsExtensions.Http))
        .OfType<HttpRule>()
        .SelectMany(rule => rule.AdditionalBindings.Prepend(rule))
        .Select(rule => rule.PatternCase switch
        {
            HttpRule.PatternOneofCase.Get => (rule.Get, "get"),
            HttpRule.PatternOneofCase.Put => (rule.Put, "put"),
            HttpRule.PatternOneofCase.Post => (rule.Post, "post"),
            HttpRule.PatternOneofCase.Delete => (rule.Delete, "delete"),
            _ => (rule.Patch, "patch"),
        })
        .Select(way => (way.Item1.Replace("=**", "", StringComparison.Ordinal), way.Item2));
}
