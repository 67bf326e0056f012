using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Delg.Gateway.Tests.Fakes;

namespace Delg.Gateway.Tests.Web;

/// <summary>How the page and its files are served; what it does is tested where there is a browser.</summary>
public partial class WebPageTests
{
    [Fact]
    public async Task Root_ForABrowser_IsThePageUnderAPolicy()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();

        using var answer = await GetAsync(http, "/", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");

        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("<title>", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        AssertProtected(answer);
    }

    [Theory]
    [InlineData("*/*")]
    [InlineData("application/json")]
    [InlineData("text/html;q=0, application/json")]
    public async Task Root_ForPrograms_IsJson(string accept)
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();

        using var answer = await GetAsync(http, "/", accept);

        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Files_ThePageNames_AreAllServedAndNothingFromElsewhere()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();
        var types = new Dictionary<string, string> { [".js"] = "text/javascript", [".css"] = "text/css", [".svg"] = "image/svg+xml" };
        using var page = await GetAsync(http, "/", "text/html");
        var html = await page.Content.ReadAsStringAsync();
        Assert.DoesNotContain("http:", html, StringComparison.Ordinal);
        Assert.DoesNotContain("https:", html, StringComparison.Ordinal);
        var left = new Queue<string>(PageFile().Matches(html).Select(match => match.Groups[1].Value));
        var seen = new HashSet<string>();

        while (left.TryDequeue(out var file))
        {
            if (!seen.Add(file))
                continue;
            using var answer = await http.GetAsync($"/web/{file}");
            Assert.True(answer.IsSuccessStatusCode, $"{file}: {answer.StatusCode}");
            Assert.Equal(types[Path.GetExtension(file)], answer.Content.Headers.ContentType?.MediaType);
            AssertProtected(answer);
            foreach (Match import in Import().Matches(await answer.Content.ReadAsStringAsync()))
                left.Enqueue(import.Groups[1].Value);
        }

        // All of them are reached: none is left over from an earlier page.
        var embedded = typeof(GatewayHosting).Assembly.GetManifestResourceNames()
            .Where(name => name.Contains(".Web.Page.", StringComparison.Ordinal))
            .Select(name => name.Split(".Web.Page.")[1]);
        Assert.Equal(embedded.Where(name => name != "index.html").Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task File_Unchanged_IsNotSentAgain()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();
        using var first = await http.GetAsync("/web/page.css");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/web/page.css") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };

        using var again = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Theory]
    [InlineData("/web/nothing.js")]
    [InlineData("/web/../appsettings.json")]
    [InlineData("/web/")]
    public async Task File_NotOfThePage_IsNotFound(string path)
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();

        using var answer = await http.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static void AssertProtected(HttpResponseMessage answer)
    {
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
    }

    private static async Task<HttpResponseMessage> GetAsync(HttpClient http, string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var type in accept.Split(','))
            request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(type));
        return await http.SendAsync(request);
    }

    [GeneratedRegex("(?:href|src)=\"web/([^\"]+)\"")]
    private static partial Regex PageFile();

    [GeneratedRegex("from \"\\./([^\"]+)\"")]
    private static partial Regex Import();
}
