using Delg.LocalVerifier;
using Delg.LocalVerifier.Matching;
using Delg.LocalVerifier.Service;
using Delg.LocalVerifier.Stores;
using Delg.LocalVerifier.Stores.Redis;
using Delg.ServiceDefaults.Hosting;
using Delg.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Delg.Cli.Bench.Verify;

/// <summary>The local verifier as its service sets it up, with its store but without the network in front.</summary>
internal sealed class VerifierUnderTest : IAsyncDisposable
{
    private const string Collection = "bench";

    private readonly WebApplication _app;
    private readonly FeatureLibrary _library;
    private readonly CandidateVerification _verification;

    /// <param name="dataFolder">Where an embedded store keeps its files.</param>
    /// <param name="redis">Address of a Redis server to store in; null: SQLite.</param>
    /// <param name="encoding">Encoding to store in.</param>
    public VerifierUnderTest(string dataFolder, string? redis, DescriptorEncoding encoding)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.AddLocalVerifier();
        var values = new Dictionary<string, string?>
        {
            [DataFolder.Key] = dataFolder,
            [$"{LocalVerifierHosting.Section}:{nameof(LocalVerifierOptions.StorageEncoding)}"] = encoding.ToString(),
        };
        if (redis is not null)
        {
            values[$"{LocalVerifierHosting.Section}:{nameof(LocalVerifierOptions.Store)}"] = nameof(FeatureStoreKind.Redis);
            values[$"{LocalVerifierHosting.Section}:{nameof(FeatureStoreKind.Redis)}:{nameof(RedisStoreOptions.Connection)}"] = redis;
            values[$"{LocalVerifierHosting.Section}:{nameof(FeatureStoreKind.Redis)}:{nameof(RedisStoreOptions.KeyPrefix)}"] = $"delg:bench:{Guid.NewGuid():N}:";
        }

        builder.Configuration.AddInMemoryCollection(values);
        _app = builder.Build();
        _library = _app.Services.GetRequiredService<FeatureLibrary>();
        _verification = _app.Services.GetRequiredService<CandidateVerification>();
    }

    /// <summary>Stores candidates and returns what names them in a request.</summary>
    public async Task<IReadOnlyList<VerificationCandidate>> StoreAsync(IEnumerable<LocalFeatures> candidates, CancellationToken cancellation)
    {
        var stored = new List<VerificationCandidate>();
        foreach (var features in candidates)
        {
            var id = $"{stored.Count}";
            await _library.PutAsync(Collection, id, features, ReadOnlyMemory<byte>.Empty, cancellation);
            stored.Add(new VerificationCandidate { ImageId = id });
        }

        return stored;
    }

    /// <summary>Verifies one query, as a call of the service does once its message is checked. Returns how many candidates were verified.</summary>
    public async Task<int> VerifyAsync(LocalFeatures query, IReadOnlyList<VerificationCandidate> candidates, CancellationToken cancellation)
    {
        var results = await _verification.VerifyAsync(
            new CandidateQuery(Collection, FeatureSet.From(query), candidates, VerificationSettings.Fused), cancellation);
        if (results.FirstOrDefault(result => result.Status != CandidateStatus.Compared) is { } failed)
            throw new InvalidOperationException($"Candidate '{failed.ImageId}' could not be compared: {failed.Status}.");
        return results.Count(result => result.Verification.Verified);
    }

    /// <summary>Removes what was stored and closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        await _library.DeleteCollectionAsync(Collection, CancellationToken.None);
        await _app.DisposeAsync();
    }
}
