using Delg.LocalVerifier.Matching;
using Delg.LocalVerifier.Service;
using Delg.LocalVerifier.Tests.Stores.Redis;
using Delg.ServiceDefaults.Hosting;
using Delg.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Delg.LocalVerifier.Tests.Service;

/// <summary>Alone: what other tests allocate meanwhile would be counted too.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class AllocationCollection;

[Collection(typeof(AllocationCollection))]
public sealed class SteadyAllocationTests
{
    private const int Candidates = 40;
    private const int Features = 500;

    // A query's features in the layouts that the kernels read, made for each query: no more than they take in float32.
    private const int OfQuery = Features * 128 * sizeof(float);

    // A feature set, a result, and their share of tasks.
    private const int OfCandidate = 6144;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DescriptorEncoding.Float32, 4)]
    [InlineData(DescriptorEncoding.Float32, 8)]
    [InlineData(DescriptorEncoding.Int8, 4)]
    [InlineData(DescriptorEncoding.Binary, 4)]
    public async Task Verify_SteadyLoadFromTheStore_AllocatesNoBuffersAnew(DescriptorEncoding encoding, int atOnce)
    {
        using var folder = new TemporaryFolder();
        await using var app = App(folder.Path, encoding);
        Assert.InRange(await AllocatedFromStoreAsync(app, encoding, atOnce), 1, OfQuery + (Candidates * OfCandidate));
    }

    [Theory]
    [InlineData(DescriptorEncoding.Float32, 1)]
    [InlineData(DescriptorEncoding.Float32, 8)]
    [InlineData(DescriptorEncoding.Int8, 8)]
    [InlineData(DescriptorEncoding.Binary, 8)]
    public async Task Verify_SteadyLoadFromRedis_AllocatesNoBuffersAnew(DescriptorEncoding encoding, int atOnce)
    {
        using var redis = await RedisServer.StartAsync();
        using var folder = new TemporaryFolder();
        await using var app = App(folder.Path, encoding, ("Store", "Redis"), ("Redis:Connection", redis.Connection));
        Assert.InRange(await AllocatedFromStoreAsync(app, encoding, atOnce), 1, OfQuery + (Candidates * OfCandidate));
    }

    [Theory]
    [InlineData(DescriptorEncoding.Float32)]
    [InlineData(DescriptorEncoding.Binary)]
    public async Task Verify_SteadyLoadOfInlineCandidates_CopiesTheirPositionsAlone(DescriptorEncoding encoding)
    {
        using var folder = new TemporaryFolder();
        await using var app = App(folder.Path, encoding);
        VerificationCandidate[] candidates =
            [.. Enumerable.Range(0, Candidates).Select(i => new VerificationCandidate { ImageId = $"{i}", Features = RandomFeatures.Message(i, Features, encoding) })];

        const int OfPositions = Features * 2 * sizeof(float);
        Assert.InRange(await AllocatedAsync(app, candidates, encoding, atOnce: 4), 1, OfQuery + (Candidates * (OfCandidate + OfPositions)));
    }

    // What must be less than the values that are read take in any encoding: 652,000 bytes in the smallest.
    private static async Task<long> AllocatedFromStoreAsync(WebApplication app, DescriptorEncoding encoding, int atOnce)
    {
        var library = app.Services.GetRequiredService<FeatureLibrary>();
        for (var i = 0; i < Candidates; i++)
            await library.PutAsync("c", $"{i}", RandomFeatures.Message(i, Features, encoding), ReadOnlyMemory<byte>.Empty, Cancellation);
        return await AllocatedAsync(app, [.. Enumerable.Range(0, Candidates).Select(i => new VerificationCandidate { ImageId = $"{i}" })], encoding, atOnce);
    }

    // Bytes a query. The least of several measurements: pools grow until they have seen the most that is ever held at once.
    private static async Task<long> AllocatedAsync(WebApplication app, IReadOnlyList<VerificationCandidate> candidates, DescriptorEncoding encoding, int atOnce)
    {
        const int Rounds = 4;
        const int Measurements = 6;
        var verification = app.Services.GetRequiredService<CandidateVerification>();
        var query = RandomFeatures.Message(1000, Features, encoding);
        var least = long.MaxValue;
        for (var measurement = 0; measurement < Measurements; measurement++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await RunAsync(Rounds);
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / (atOnce * Rounds));
        }

        return least;

        async Task RunAsync(int rounds)
        {
            for (var round = 0; round < rounds; round++)
            {
                var answers = await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(
                    () => verification.VerifyAsync(new CandidateQuery("c", FeatureSet.From(query), candidates, VerificationSettings.Fused), Cancellation), Cancellation)));
                foreach (var results in answers)
                    Assert.Equal(Candidates, results.Count(result => result.Status == CandidateStatus.Compared));
            }
        }
    }

    private static WebApplication App(string dataFolder, DescriptorEncoding encoding, params (string Key, string Value)[] options)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.AddLocalVerifier();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            [DataFolder.Key] = dataFolder,
            [$"{LocalVerifierHosting.Section}:{nameof(LocalVerifierOptions.StorageEncoding)}"] = encoding.ToString(),
        });
        builder.Configuration.AddInMemoryCollection(
            options.Select(option => KeyValuePair.Create($"{LocalVerifierHosting.Section}:{option.Key}", (string?)option.Value)));
        return builder.Build();
    }
}
