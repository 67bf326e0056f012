using System.Text.Json.Nodes;
using Delg.Contracts.Errors;
using Delg.EndToEnd.Tests.FourProcesses;
using Delg.EndToEnd.Tests.Processes;

namespace Delg.EndToEnd.Tests.Clients;

/// <summary>The Python example, run as its reader would: stubs from the protos, then the program.</summary>
[Collection(typeof(ServedClients))]
public sealed class PythonClientTests(FourServices system)
{
    private const int PatienceMilliseconds = 180_000;

    [Fact(Timeout = PatienceMilliseconds)]
    public async Task Example_DrawnPhotos_IndexesSearchesExplainsDeletes()
    {
        var python = await PythonWithGrpc.RequireAsync();
        using var folder = new TemporaryFolder();
        var photos = await ScenePhotos.WriteAsync(folder, TestContext.Current.CancellationToken);
        var names = photos.Select(Path.GetFileName).ToArray();

        await PythonWithGrpc.MakeStubsAsync(folder.Below("stubs"));
        var report = await PythonWithGrpc.RunAsync(python, folder.Below("stubs"), [system.Address.Authority, .. photos]);

        Assert.Equal(names, Texts(report["indexed"]!, "image_id").Order());
        Assert.All(report["indexed"]!.AsArray(), image => Assert.Equal("INDEX_OUTCOME_ADDED", image!["outcome"]!.GetValue<string>()));
        Assert.All(report["indexed"]!.AsArray(), image => Assert.True(image!["local_features"]!.GetValue<int>() > 0, $"{image}"));
        Assert.Equal(names, report["listed"]!.AsArray().Select(id => id!.GetValue<string>()));
        // The photo itself, then the other one of the same thing.
        var hits = report["answer"]!["hits"]!.AsArray();
        Assert.Equal(names[..2], Texts(report["answer"]!["hits"]!, "image_id").Take(2));
        Assert.True(report["answer"]!["total_ms"]!.GetValue<double>() > 0);
        AssertExplained(hits[1]!);
        Assert.Equal(3, report["deleted"]!.GetValue<int>());
        Assert.Equal(("NOT_FOUND", ErrorReason.CollectionNotFound), (report["failure"]!["code"]!.GetValue<string>(), report["failure"]!["reason"]!.GetValue<string>()));
    }

    /// <summary>The hit is verified, and its matches agree with the map that is said to explain them.</summary>
    private static void AssertExplained(JsonNode hit)
    {
        Assert.True(hit["verified"]!.GetValue<bool>(), $"{hit}");
        Assert.NotEmpty(hit["folder"]!.GetValue<string>());
        Assert.Equal(4, hit["region"]!.AsArray().Count);
        var map = Numbers(hit["affine"]!);
        Assert.Equal(6, map.Length);
        var matches = hit["matches"]!.AsArray().Select(match => Numbers(match!)).ToArray();
        Assert.Equal(Math.Min(hit["inliers"]!.GetValue<int>(), 100), matches.Length);
        Assert.All(matches, match => Assert.True(
            double.Hypot((map[0] * match[0]) + (map[1] * match[1]) + map[2] - match[2], (map[3] * match[0]) + (map[4] * match[1]) + map[5] - match[3]) < 21, $"{hit}"));
    }

    private static IEnumerable<string> Texts(JsonNode rows, string field) => rows.AsArray().Select(row => row![field]!.GetValue<string>());

    private static double[] Numbers(JsonNode numbers) => [.. numbers.AsArray().Select(number => number!.GetValue<double>())];
}
