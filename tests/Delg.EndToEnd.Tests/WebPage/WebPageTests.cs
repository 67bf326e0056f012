using System.Globalization;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Delg.EndToEnd.Tests.WebPage;

/// <summary>The page, driven by Chromium against a running system as a person would.</summary>
[Collection(typeof(ServedPages))]
public sealed class WebPageTests(ServedPage served)
{
    [Fact]
    public async Task Add_PicturesAndABrokenFile_SaysWhatBecameOfEach()
    {
        await using var visit = await served.OpenAsync();
        var rows = visit.Page.Locator("#add-list > li");
        FilePayload[] files =
        [
            VisitedPage.Picture("東京 1.jpg", ServedPage.Scenes[0].Jpeg), VisitedPage.Picture("broken.jpg", "no picture"u8.ToArray()),
            VisitedPage.Picture("b.jpg", ServedPage.Scenes[2].Jpeg), VisitedPage.Picture("b.jpg", ServedPage.Scenes[3].Jpeg),
        ];

        await visit.GoToAsync("Add photos");
        await visit.Page.Locator("#add-metadata").FillAsync("city: Oslo\nyear: 1990");
        await visit.AddAsync("added", files);

        await Expect(rows).ToHaveTextAsync(new Regex[] { new("added$"), new("IMAGE_FORMAT_UNSUPPORTED.*JPEG"), new("added$"), new("same name") });
        await Expect(visit.Page.Locator("#add-head")).ToContainTextAsync("4 of 4 photos done, 2 failed");
        await ServedPage.PictureAsync(visit.Page, "added");
        await visit.AddAsync("added", files[0]);
        await Expect(rows).ToHaveTextAsync(new Regex("already there, unchanged$"));
        await visit.GoToAsync("Browse");
        await Expect(visit.Page.Locator("#browse-collection")).ToHaveTextAsync("added");
        await Expect(visit.Page.Locator("#photos .id")).ToHaveTextAsync(["b.jpg", "東京 1.jpg"]);
        await Expect(visit.Page.Locator("#photos .metadata").First).ToContainTextAsync("city Oslo");
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Search_PhotoOfThisComputer_FindsTheSameObjectAndOpensTheMatch()
    {
        await using var visit = await served.OpenAsync();
        await visit.ChooseCollectionAsync(ServedPage.Scenery);

        await visit.SearchAsync("mine.jpg", ServedPage.Scenes[0].Jpeg);

        await Expect(visit.Hits).ToHaveCountAsync(ServedPage.Scenes.Count);
        await Expect(visit.Hits.Nth(0)).ToContainTextAsync(ServedPage.NameOf(ServedPage.Scenes[0]));
        await Expect(visit.Hits.Nth(1)).ToContainTextAsync(ServedPage.NameOf(ServedPage.Scenes[1]));
        await Expect(visit.Hits.Nth(1).Locator(".mark")).ToHaveTextAsync("✓ verified");
        await Expect(visit.Hits.Locator(".thumbnail img")).ToHaveCountAsync(ServedPage.Scenes.Count);
        await ServedPage.PictureAsync(visit.Page, "hits");
        await visit.Hits.Nth(1).GetByRole(AriaRole.Button).ClickAsync();
        var match = visit.Page.GetByRole(AriaRole.Dialog);
        await Expect(match.GetByRole(AriaRole.Heading)).ToHaveTextAsync($"2. {ServedPage.NameOf(ServedPage.Scenes[1])}");
        await Expect(match.Locator("image.query")).ToHaveCountAsync(1);
        await Expect(match.Locator("image.candidate")).ToHaveCountAsync(1);
        await Expect(match.Locator("polygon.outline")).ToHaveCountAsync(2);
        Assert.NotEmpty(await visit.NumbersAsync("#match .lines .line", "x1"));
        await ServedPage.PictureAsync(visit.Page, "match");
        await match.GetByRole(AriaRole.Checkbox).UncheckAsync();
        await Expect(match.Locator(".lines")).ToHaveCountAsync(0);
        await match.GetByRole(AriaRole.Button, new() { Name = "Previous" }).ClickAsync();
        await Expect(match.GetByRole(AriaRole.Heading)).ToHaveTextAsync($"1. {ServedPage.NameOf(ServedPage.Scenes[0])}");
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Search_RegionDrawn_LooksForThatPart()
    {
        await using var visit = await served.OpenAsync();
        await visit.ChooseCollectionAsync(ServedPage.Scenery);
        await visit.SearchAsync("mine.jpg", ServedPage.Scenes[0].Jpeg);
        var stage = (await visit.Page.Locator("#query-stage").BoundingBoxAsync())!;

        await visit.Page.Mouse.MoveAsync(stage.X + stage.Width / 4, stage.Y + stage.Height / 4);
        await visit.Page.Mouse.DownAsync();
        await visit.Page.Mouse.MoveAsync(stage.X + stage.Width * 3 / 4, stage.Y + stage.Height * 3 / 4, new() { Steps = 4 });
        await visit.Page.Mouse.UpAsync();
        await visit.AnsweredAsync();

        // Half of each side, from a quarter on; the mouse stands on whole pixels of the screen.
        await Expect(visit.Page.Locator("#query-hint")).ToHaveTextAsync(new Regex(@"^Looking for (159|160|161) × (119|120|121) pixels at (79|80|81), (59|60|61)\.$"));
        await Expect(visit.Hits.First).ToContainTextAsync(ServedPage.NameOf(ServedPage.Scenes[0]));
        await ServedPage.PictureAsync(visit.Page, "region");
        // Inliers lie in the part that was looked for.
        await visit.Hits.First.GetByRole(AriaRole.Button).ClickAsync();
        var corners = await visit.Page.Locator("#match polygon.outline").First.GetAttributeAsync("points");
        var photo = (await visit.NumbersAsync("#match image.query", "x", "width"))[0];
        Assert.All(corners!.Split(' ').Select(corner => double.Parse(corner.Split(',')[0], CultureInfo.InvariantCulture)), x =>
            Assert.InRange((x - photo[0]) / photo[1], 0.2, 0.8));
        await visit.Page.Keyboard.PressAsync("Escape");
        await visit.Button("Whole photo").ClickAsync();
        await Expect(visit.Page.Locator("#query-hint")).ToContainTextAsync("Draw a rectangle");
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Search_PhotoDroppedAfterARegion_LooksForAllOfIt()
    {
        await using var visit = await served.OpenAsync();
        await visit.ChooseCollectionAsync(ServedPage.Scenery);
        await visit.SearchAsync("mine.jpg", ServedPage.Scenes[0].Jpeg);
        await visit.Button("Mark a region").ClickAsync();
        await Expect(visit.Page.Locator("#query-hint")).ToContainTextAsync("Looking for");
        await visit.AnsweredAsync();

        var dropped = await visit.Page.EvaluateHandleAsync(
            """
            text => {
              const data = new DataTransfer();
              data.items.add(new File([Uint8Array.from(atob(text), c => c.charCodeAt(0))], "dropped.jpg", { type: "image/jpeg" }));
              return data;
            }
            """,
            Convert.ToBase64String(ServedPage.Scenes[2].Jpeg));
        await visit.Page.DispatchEventAsync("#search", "drop", new { dataTransfer = dropped });

        await Expect(visit.Page.Locator("#query-name")).ToHaveTextAsync("dropped.jpg");
        await Expect(visit.Page.Locator("#query-hint")).ToContainTextAsync("Draw a rectangle");
        await Expect(visit.Hits.First).ToContainTextAsync(ServedPage.NameOf(ServedPage.Scenes[2]));
        await Expect(visit.Hits.First).ToContainTextAsync("similarity 1.000");
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Search_PhotoTakenFromBrowse_LeavesItOutAndFindsItsOtherView()
    {
        await using var visit = await served.OpenAsync();
        await visit.ChooseCollectionAsync(ServedPage.Scenery);
        await visit.GoToAsync("Browse");

        await visit.Page.Locator(".tile-open", new() { HasText = ServedPage.NameOf(ServedPage.Scenes[0]) }).ClickAsync();
        await ServedPage.PictureAsync(visit.Page, "photo");
        await visit.Button("Search with this photo").ClickAsync();
        await visit.AnsweredAsync();

        await Expect(visit.Hits).ToHaveCountAsync(ServedPage.Scenes.Count - 1);
        await Expect(visit.Hits.First).ToContainTextAsync(ServedPage.NameOf(ServedPage.Scenes[1]));
    }

    [Fact]
    public async Task Photo_TurnedByExif_IsShownUprightWithItsMatchesInPlace()
    {
        await using var visit = await served.OpenAsync();
        var turned = TurnedPicture.Of(ServedPage.Scenes[0].Jpeg);
        await visit.AddAsync("turned", VisitedPage.Picture("turned.jpg", turned));
        await visit.GoToAsync("Search");

        await visit.SearchAsync("turned.jpg", turned);
        var size = await visit.Page.Locator("#query-stage img").EvaluateAsync<int[]>(
            "async image => { await image.decode(); return [image.naturalWidth, image.naturalHeight]; }");
        await visit.Hits.First.GetByRole(AriaRole.Button).ClickAsync();

        Assert.Equal([240, 320], size);
        var place = (await visit.NumbersAsync("#match image.query", "x", "y", "width", "height"))[0];
        Assert.Equal(240.0 / 320, place[2] / place[3], 2);
        // The photo matches itself: every line is level, goes as far as the next, and begins on the photo.
        var lines = await visit.NumbersAsync("#match .lines .line", "x1", "y1", "x2", "y2");
        Assert.NotEmpty(lines);
        Assert.All(lines, line =>
        {
            Assert.Equal(line[1], line[3], 3);
            Assert.Equal(lines[0][2] - lines[0][0], line[2] - line[0], 3);
            Assert.InRange(line[0], place[0] - 10, place[0] + place[2] + 10);
        });
    }

    [Fact]
    public async Task Delete_PhotosThenTheCollection_AsksFirst()
    {
        await served.IndexAsync("doomed", "a", ServedPage.Scenes[0].Jpeg);
        await served.IndexAsync("doomed", "b", ServedPage.Scenes[2].Jpeg);
        await using var visit = await served.OpenAsync();
        await visit.ChooseCollectionAsync("doomed");
        await visit.GoToAsync("Browse");
        var photos = visit.Page.Locator("#photos .id");

        await visit.Page.GetByLabel("Select a", new() { Exact = true }).CheckAsync();
        await visit.Button("Delete 1 selected…").ClickAsync();
        await visit.Button("Keep").ClickAsync();
        await Expect(photos).ToHaveTextAsync(["a", "b"]);
        await visit.Button("Delete 1 selected…").ClickAsync();
        await ServedPage.PictureAsync(visit.Page, "question");
        await visit.Button("Delete").ClickAsync();
        await Expect(photos).ToHaveTextAsync(["b"]);
        await visit.Button("Delete this collection…").ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Alertdialog)).ToContainTextAsync("With 1 photo in it");
        await visit.Button("Delete the collection").ClickAsync();

        await Expect(visit.Page.Locator("#collection")).Not.ToContainTextAsync("doomed");
        using var http = new HttpClient { BaseAddress = served.Address };
        var left = await http.GetStringAsync("v1/collections", TestContext.Current.CancellationToken);
        Assert.DoesNotContain("doomed", left, StringComparison.Ordinal);
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Browse_MoreThanAPage_ShowsTheNextOnRequest()
    {
        // The server's own pages, made small: what is asked for stays the page's doing.
        await using var visit = await served.OpenAsync(prepare: page => page.RouteAsync(
            "**/images?*", route => route.ContinueAsync(new() { Url = route.Request.Url.Replace("page_size=48", "page_size=3", StringComparison.Ordinal) })));
        await visit.ChooseCollectionAsync(ServedPage.Scenery);
        await visit.GoToAsync("Browse");
        var photos = visit.Page.Locator("#photos > li");

        await Expect(photos).ToHaveCountAsync(3);
        await Expect(visit.Page.Locator("#browse-head")).ToHaveTextAsync("3 of 4 photos.");
        await visit.Button("Show more").ClickAsync();

        await Expect(photos).ToHaveCountAsync(4);
        await Expect(photos.Last.GetByRole(AriaRole.Button)).ToBeFocusedAsync();
        await Expect(visit.Button("Show more")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Filter_Wrong_ShowsTheServersReasonAndMessage()
    {
        await using var visit = await served.OpenAsync();
        await visit.ChooseCollectionAsync(ServedPage.Scenery);
        await visit.SearchAsync("mine.jpg", ServedPage.Scenes[0].Jpeg);

        await visit.Page.Locator("#filter").FillAsync("city = ");
        await visit.Page.Keyboard.PressAsync("Enter");

        await Expect(visit.Notice).ToContainTextAsync("FILTER_INVALID");
        await Expect(visit.Notice.Locator("p").Last).ToContainTextAsync("filter");
        await ServedPage.PictureAsync(visit.Page, "failure");
        await visit.Page.Locator("#filter").FillAsync("HAS city");
        await visit.Button("Search").ClickAsync();
        await Expect(visit.Notice).ToHaveCountAsync(0);
        await Expect(visit.Page.Locator("#answer-head")).ToContainTextAsync("Nothing found");
    }

    [Fact]
    public async Task Settings_Changed_AreAskedFor()
    {
        await using var visit = await served.OpenAsync();
        await visit.ChooseCollectionAsync(ServedPage.Scenery);
        await visit.SearchAsync("mine.jpg", ServedPage.Scenes[0].Jpeg);

        await visit.Page.Locator("summary").ClickAsync();
        await visit.Page.Locator("#rerank-depth").FillAsync("0");
        await visit.Page.Keyboard.PressAsync("Tab");
        await Expect(visit.Hits.First.Locator(".mark")).ToHaveTextAsync("not compared");
        await visit.Page.Locator("#top-k").FillAsync("2");
        await visit.Page.Keyboard.PressAsync("Enter");

        await Expect(visit.Hits).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task Keyboard_Alone_MarksARegionAndOpensAMatch()
    {
        await using var visit = await served.OpenAsync();
        await visit.ChooseCollectionAsync(ServedPage.Scenery);
        await visit.SearchAsync("mine.jpg", ServedPage.Scenes[0].Jpeg);
        var page = visit.Page;

        await visit.Button("Mark a region").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await visit.AnsweredAsync();
        var region = page.Locator(".region");
        await Expect(region).ToBeFocusedAsync();
        await Expect(region).ToHaveAttributeAsync("aria-label", new Regex("^Region 160 × 120 pixels at 80, 60"));
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("Shift+ArrowDown");
        await Expect(page.Locator("#query-hint")).ToHaveTextAsync("Looking for 160 × 125 pixels at 86, 60.");
        await page.Keyboard.PressAsync("Delete");
        await Expect(region).ToBeHiddenAsync();
        await visit.AnsweredAsync();
        var hit = visit.Hits.First.GetByRole(AriaRole.Button);
        await hit.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Locator("#match-title")).ToContainTextAsync(ServedPage.NameOf(ServedPage.Scenes[1]));
        await page.Keyboard.PressAsync("Escape");

        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
        await Expect(hit).ToBeFocusedAsync();
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 320)]
    public async Task Views_EveryOne_IsAccessibleAndFitsItsScreen(ColorScheme colours, int widthPixels)
    {
        await using var visit = await served.OpenAsync(new() { ColorScheme = colours, ViewportSize = new() { Width = widthPixels, Height = 720 } });
        await visit.ChooseCollectionAsync(ServedPage.Scenery);

        await CheckAsync("Search");
        await visit.SearchAsync("mine.jpg", ServedPage.Scenes[0].Jpeg);
        await CheckAsync("Hits");
        await visit.Hits.First.GetByRole(AriaRole.Button).ClickAsync();
        await CheckAsync("Match");
        await visit.Page.Keyboard.PressAsync("Escape");
        await visit.GoToAsync("Add photos");
        await CheckAsync("Add");
        await visit.GoToAsync("Browse");
        await Expect(visit.Page.Locator("#photos > li")).ToHaveCountAsync(ServedPage.Scenes.Count);
        await CheckAsync("Browse");

        async Task CheckAsync(string view)
        {
            await ServedPage.PictureAsync(visit.Page, $"{view}-{colours}-{widthPixels}");
            var found = await visit.Page.RunAxe();
            Assert.Equal([], found.Violations.Select(fault => $"{view}: {fault.Id}: {string.Join(", ", fault.Nodes.Select(node => node.Html))}"));
            Assert.Equal(widthPixels, await visit.Page.EvaluateAsync<int>("document.scrollingElement.scrollWidth"));
        }
    }
}
