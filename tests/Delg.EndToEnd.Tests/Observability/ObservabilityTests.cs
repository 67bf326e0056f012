using System.Text.Json;
using System.Text.RegularExpressions;
using Delg.EndToEnd.Tests.Clients;
using Delg.EndToEnd.Tests.FourProcesses;
using Delg.EndToEnd.Tests.Processes;
using Delg.V1;
using Google.Protobuf;

namespace Delg.EndToEnd.Tests.Observability;

/// <summary>What an operator sees of a search that goes through four processes.</summary>
[Collection(typeof(ServedClients))]
public sealed partial class ObservabilityTests(FourServices system)
{
    private const int PatienceMilliseconds = 180_000;

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Search_IsOneTrace_WithASpanForEachStage()
    {
        await SearchAsync("traced", TestContext.Current.CancellationToken);

        // The services send what they saw a moment later, each for itself.
        string[] services = ["delg-extractor", "delg-gateway", "delg-globalindex", "delg-localverifier"];
        List<CollectedSpan> trace = [];
        while (!services.Order().SequenceEqual(trace.Select(span => span.Service).Distinct().Order()))
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            var search = system.Traces.Spans.LastOrDefault(span => span.Name.Contains("SearchImages", StringComparison.Ordinal));
            trace = [.. system.Traces.Spans.Where(span => span.Trace == search?.Trace)];
        }

        Assert.Empty(new[] { "extract", "search", "verify" }.Except(trace.Where(span => span.Service == "delg-gateway").Select(span => span.Name)));
        Assert.Empty(new[] { "decode", "inference" }.Except(trace.Where(span => span.Service == "delg-extractor").Select(span => span.Name)));
        Assert.Single(trace, span => span.Parent.Length == 0);
        Assert.Equal("delg-gateway", trace.Single(span => span.Parent.Length == 0).Service);
    }

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Metrics_OfEachService_HaveWhatTheDashboardShows()
    {
        await SearchAsync("measured", TestContext.Current.CancellationToken);
        var names = new HashSet<string>();
        using var http = new HttpClient();
        foreach (var service in system.Services.Values)
            names.UnionWith(MetricName().Matches(await http.GetStringAsync($"{service.MetricsAddress}/metrics", TestContext.Current.CancellationToken)).Select(match => match.Groups[1].Value));

        Assert.Empty(
            new[]
            {
                "extractor_pending", "extractor_queue_duration_seconds_bucket", "extractor_batch_size_bucket", "extractor_inference_duration_seconds_bucket",
                "gateway_stage_duration_seconds_bucket", "gateway_search_candidates_bucket", "gateway_images_indexed_total",
                "delg_global_index_search_duration_seconds_bucket", "delg_verifier_candidates_total", "delg_verifier_inliers_bucket",
                "http_server_request_duration_seconds_bucket",
            }.Except(names));
        var dashboard = await File.ReadAllTextAsync(Product.PathOf("charts", "delg-micro", "dashboards", "delg.json"), TestContext.Current.CancellationToken);
        var shown = MetricInQuery().Matches(dashboard).Select(match => match.Value).ToHashSet();
        Assert.NotEmpty(shown);
        Assert.Empty(shown.Except(names));
    }

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Logs_AsJson_AreAnObjectALine()
    {
        await SearchAsync("logged", TestContext.Current.CancellationToken);

        foreach (var service in system.Services.Values)
        {
            var lines = service.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            Assert.NotEmpty(lines);
            Assert.All(lines, line => Assert.True(JsonDocument.Parse(line).RootElement.TryGetProperty("LogLevel", out _), line));
        }
    }

    private async Task SearchAsync(string collection, CancellationToken stop)
    {
        foreach (var view in Scenes.All.Take(2))
        {
            var request = new IndexImageRequest { Collection = collection, ImageId = view.RelativePath, Image = ByteString.CopyFrom(view.Jpeg) };
            await system.Gateway.IndexImageAsync(request, cancellationToken: stop);
        }

        var found = await system.Gateway.SearchImagesAsync(
            new SearchImagesRequest { Collection = collection, Image = ByteString.CopyFrom(Scenes.First.Jpeg) }, cancellationToken: stop);
        Assert.Equal(2, found.Hits.Count);
    }

    [GeneratedRegex("^([a-z_]+)[ {]", RegexOptions.Multiline)]
    private static partial Regex MetricName();

    [GeneratedRegex(@"\b(extractor|gateway|delg|http_server|dotnet)_[a-z_]+(?=[\[{ )])")]
    private static partial Regex MetricInQuery();
}
