using System.Net.Http.Headers;
using Delg.EndToEnd.Tests.CommandLine;
using Delg.EndToEnd.Tests.Processes;
using Delg.Imaging.Scenes;
using Microsoft.Playwright;

namespace Delg.EndToEnd.Tests.WebPage;

/// <summary>The classes of tests that share one <see cref="ServedPage"/>.</summary>
[CollectionDefinition]
public sealed class ServedPages : ICollectionFixture<ServedPage>;

/// <summary>A running <c>delg serve</c> with a few photos, and Chromium to look at its page, for the classes of tests that ask for it.</summary>
public sealed class ServedPage : IAsyncLifetime
{
    /// <summary>The collection that every test finds filled: two views of each of two objects. No test changes it.</summary>
    public const string Scenery = "scenery";

    /// <summary>Where Debian and Ubuntu put it; another one is named by this variable.</summary>
    private const string ProgramVariable = "DELG_CHROMIUM";

    /// <summary>Pictures of the page are left in the folder that this variable names, for people to look at.</summary>
    private const string PicturesVariable = "DELG_SCREENSHOTS";

    /// <summary>An extraction on a machine that does other things, too.</summary>
    private const float PatienceMilliseconds = 60_000;

    // No sandbox: these tests may run as root, and see only their own server. The others keep it from looking for hosts on its own.
    private static readonly string[] _switches =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private static readonly string? _program = new[] { Environment.GetEnvironmentVariable(ProgramVariable), "/usr/bin/chromium" }.FirstOrDefault(File.Exists);

    private readonly TemporaryFolder _home = new();
    private ProgramRun? _server;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Where the page is.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The settings of another gateway in front of the same services.</summary>
    public IReadOnlyDictionary<string, string> Backends { get; private set; } = new Dictionary<string, string>();

    /// <summary>What <see cref="Scenery"/> holds; an id is the name of the file.</summary>
    internal static IReadOnlyList<SceneView> Scenes { get; } = [.. FourProcesses.Scenes.All.GroupBy(view => view.Group).Take(2).SelectMany(group => group.Take(2))];

    internal static string NameOf(SceneView view) => view.RelativePath.Replace('/', '-');

    public async ValueTask InitializeAsync()
    {
        if (_program is null)
            return;
        _server = DelgCommand.Start(_home, "serve", "--free-ports", "--json");
        var addresses = (await DelgCommand.AnswerAsync(_server))["addresses"]!;
        Address = new Uri(addresses["gateway_http"]!.GetValue<string>());
        Backends = new Dictionary<string, string>
        {
            ["DELG_Gateway__Extractor"] = addresses["extractor"]!.GetValue<string>(),
            ["DELG_Gateway__GlobalIndex"] = addresses["global_index"]!.GetValue<string>(),
            ["DELG_Gateway__LocalVerifier"] = addresses["local_verifier"]!.GetValue<string>(),
        };
        foreach (var view in Scenes)
            await IndexAsync(Scenery, NameOf(view), view.Jpeg);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = _program, Args = _switches });
        Assertions.SetDefaultExpectTimeout(PatienceMilliseconds);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        _home.Dispose();
    }

    /// <summary>Opens the page as a new visitor. Skips the running test where there is no Chromium.</summary>
    /// <param name="look">Size and colours; null for a desktop's, light.</param>
    /// <param name="prepare">What is done before the page is opened.</param>
    /// <param name="at">Another gateway's page; null for the system's own.</param>
    internal async Task<VisitedPage> OpenAsync(BrowserNewContextOptions? look = null, Func<IPage, Task>? prepare = null, Uri? at = null)
    {
        Assert.SkipWhen(_program is null, $"No Chromium here: install the package chromium, or set {ProgramVariable} to its program.");
        var context = await _browser!.NewContextAsync(look ?? new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1280, Height = 860 } });
        context.SetDefaultTimeout(PatienceMilliseconds);
        var page = await context.NewPageAsync();
        var visited = new VisitedPage(context, page);
        if (prepare is not null)
            await prepare(page);
        await page.GotoAsync((at ?? Address).AbsoluteUri);
        return visited;
    }

    /// <summary>Puts a photo into the index, past the page.</summary>
    internal async Task IndexAsync(string collection, string imageId, byte[] image)
    {
        using var http = new HttpClient { BaseAddress = Address };
        using var content = new ByteArrayContent(image) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } };
        using var answer = await http.PutAsync($"v1/collections/{collection}/images/{Uri.EscapeDataString(imageId)}", content, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Leaves a picture of what is seen, where pictures are wanted.</summary>
    internal static async Task PictureAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable(PicturesVariable) is { Length: > 0 } folder)
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}.png") });
    }
}
