using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Delg.EndToEnd.Tests.WebPage;

/// <summary>The page in a browser that has been nowhere before.</summary>
internal sealed class VisitedPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _faults = [];

    public VisitedPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.PageError += (_, error) => _faults.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal))
                _faults.Enqueue(message.Text);
        };
    }

    public IPage Page { get; }

    /// <summary>Errors of the page's own scripts, and what its policy kept it from.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    public ILocator Hits => Page.Locator("#hits > li");

    public ILocator Notice => Page.Locator("#notices .notice");

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public Task GoToAsync(string view) => Page.GetByRole(AriaRole.Link, new() { Name = view, Exact = true }).First.ClickAsync();

    public Task ChooseCollectionAsync(string name) => Page.Locator("#collection").SelectOptionAsync(name);

    /// <summary>Gives the page a photo to look for, and waits for the hits.</summary>
    public async Task SearchAsync(string name, byte[] image)
    {
        await Page.Locator("#query-file").SetInputFilesAsync(Picture(name, image));
        await AnsweredAsync();
    }

    public async Task AddAsync(string collection, params FilePayload[] files)
    {
        await GoToAsync("Add photos");
        await Page.Locator("#add-collection").FillAsync(collection);
        await Page.Locator("#add-files").SetInputFilesAsync(files);
        await Expect(Page.Locator("#add-head")).ToContainTextAsync("photos done");
    }

    public static FilePayload Picture(string name, byte[] image) => new() { Name = name, MimeType = "image/jpeg", Buffer = image };

    public async Task AnsweredAsync()
    {
        await Expect(Page.Locator("#answer-head")).ToContainTextAsync("compared.");
        await Expect(Page.Locator("#hits")).ToHaveAttributeAsync("aria-busy", "false");
    }

    /// <summary>Numbers in attributes of every element of a kind, a row for each.</summary>
    public async Task<double[][]> NumbersAsync(string selector, params string[] attributes)
    {
        var rows = await Page.Locator(selector).EvaluateAllAsync<string[][]>(
            "(elements, names) => elements.map(element => names.map(name => element.getAttribute(name)))", attributes);
        return [.. rows.Select(row => row.Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray())];
    }

    public ValueTask DisposeAsync() => new(_context.CloseAsync());
}
