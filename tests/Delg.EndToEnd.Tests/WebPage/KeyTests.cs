using System.Text.RegularExpressions;
using Delg.EndToEnd.Tests.CommandLine;
using Delg.EndToEnd.Tests.FourProcesses;
using Delg.ServiceDefaults.Tests;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Delg.EndToEnd.Tests.WebPage;

/// <summary>The page before a gateway that asks for keys, with keys that <c>delg key</c> made.</summary>
[Collection(typeof(ServedPages))]
public sealed class KeyTests(ServedPage served)
{
    [Fact]
    public async Task Key_WantedByTheServer_IsAskedForOnceAndSent()
    {
        using var folder = new Processes.TemporaryFolder();
        var file = folder.Below("keys.json");
        var reader = (await DelgCommand.JsonAsync(folder, "key", "new", "--name", "reader", "--collection", ServedPage.Scenery, "--file", file))["key"]!.GetValue<string>();
        var address = new Uri($"http://127.0.0.1:{FreePort.Take()}");
        await using var gateway = new ServiceProcess("Delg.Gateway", "Gateway", new Dictionary<string, string>(served.Backends)
        {
            ["DELG_Gateway__HttpListen"] = address.AbsoluteUri,
            ["DELG_Gateway__KeyFile"] = file,
        });
        gateway.Start();
        await gateway.ReadyAsync(TestContext.Current.CancellationToken);
        await using var visit = await served.OpenAsync(at: address);
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        var value = visit.Page.GetByLabel("API key", new() { Exact = true });

        await Expect(dialog).ToContainTextAsync("An API key is needed");
        await value.FillAsync("wrong");
        await visit.Button("Use it").ClickAsync();
        await Expect(dialog).ToContainTextAsync("is not known");
        await ServedPage.PictureAsync(visit.Page, "key");
        await value.FillAsync(reader);
        await visit.Button("Use it").ClickAsync();

        // One collection, photos and their thumbnails; no right to change anything.
        await Expect(visit.Page.Locator("#collection option")).ToHaveTextAsync(new Regex[] { new($"^{ServedPage.Scenery}") });
        await visit.SearchAsync("mine.jpg", ServedPage.Scenes[0].Jpeg);
        await Expect(visit.Hits.Locator(".thumbnail img")).ToHaveCountAsync(ServedPage.Scenes.Count);
        await visit.GoToAsync("Browse");
        await visit.Button("Delete this collection…").ClickAsync();
        await visit.Button("Delete the collection").ClickAsync();
        await Expect(visit.Notice).ToContainTextAsync("ROLE_INSUFFICIENT");
        await visit.Page.ReloadAsync();
        await Expect(visit.Page.Locator("#collection")).ToContainTextAsync(ServedPage.Scenery);
        await visit.Button("Forget the API key").ClickAsync();
        await Expect(dialog).ToContainTextAsync("An API key is needed");
        Assert.Empty(visit.Faults);
    }
}
