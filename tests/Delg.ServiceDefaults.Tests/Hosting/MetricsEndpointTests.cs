using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Builder;

namespace Delg.ServiceDefaults.Tests.Hosting;

public sealed class MetricsEndpointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_AreAtTheirOwnAddressOnly_WithProbesAndNothingElse()
    {
        await using var service = await TestService.ListenAsync(
            ("Test:Listen", "http://127.0.0.1:0"), ("Test:HttpListen", "http://127.0.0.1:0"), ("Test:MetricsListen", "http://127.0.0.1:0"));
        var (http, metrics) = (service.App.Urls.ElementAt(1), service.App.Urls.ElementAt(2));
        service.App.MapGet("/secret", () => "told");

        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.NotFound),
            (await StatusAsync(metrics, "/metrics"), await StatusAsync(metrics, "/livez"), await StatusAsync(metrics, "/readyz"), await StatusAsync(metrics, "/secret")));
        Assert.Equal(
            (HttpStatusCode.NotFound, HttpStatusCode.OK, HttpStatusCode.OK),
            (await StatusAsync(http, "/metrics"), await StatusAsync(http, "/livez"), await StatusAsync(http, "/secret")));
    }

    [Fact]
    public async Task Metrics_OfOurOwn_AreWrittenWithBoundsThatFitTheirUnit()
    {
        await using var service = await TestService.ListenAsync(("Test:Listen", "http://127.0.0.1:0"), ("Test:MetricsListen", "http://127.0.0.1:0"));
        using var meter = new Meter("Delg.Test");
        meter.CreateHistogram<double>("test.work.duration", "s", "Time of the work.").Record(0.003);
        using var client = new HttpClient();

        var text = await client.GetStringAsync($"{service.App.Urls.Last()}/metrics", Cancellation);

        var lines = text.Split('\n');
        Assert.Contains("# HELP test_work_duration_seconds Time of the work.", lines);
        Assert.Contains(lines, line => line.StartsWith("test_work_duration_seconds_bucket", StringComparison.Ordinal) && line.Contains("le=\"0.0025\"", StringComparison.Ordinal) && Counts(line, 0));
        Assert.Contains(lines, line => line.StartsWith("test_work_duration_seconds_bucket", StringComparison.Ordinal) && line.Contains("le=\"0.005\"", StringComparison.Ordinal) && Counts(line, 1));
    }

    [Fact]
    public async Task Metrics_WithoutAnAddress_AreNowhere()
    {
        await using var service = await TestService.ListenAsync(("Test:Listen", "http://127.0.0.1:0"), ("Test:HttpListen", "http://127.0.0.1:0"));

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(service.App.Urls.Last(), "/metrics"));
    }

    // "name{labels} value" or "name{labels} value time"
    private static bool Counts(string line, int count) => line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Trim().Split(' ')[0] == $"{count}";

    private static async Task<HttpStatusCode> StatusAsync(string address, string path)
    {
        using var client = new HttpClient();
        return (await client.GetAsync($"{address}{path}", Cancellation)).StatusCode;
    }
}
