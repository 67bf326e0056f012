using Delg.Contracts.Errors;
using Delg.Gateway.Backends;
using Delg.Gateway.Indexing;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Ranking;

/// <summary>
/// Fused ranking as the options say, else as was tuned for the weights that made the descriptors, else as built in. The extractor is asked
/// once for its model. A search with descriptors of another one, or without an extractor, which features and indexed images do not need otherwise, is ranked
/// as built in, and the first such search after a pause asks again.
/// </summary>
internal sealed class ModelFusion(ImageCollections collections, IOptions<GatewayOptions> options, TimeProvider time)
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(10);

    private volatile Known? _known;

    /// <param name="modelId">Of the query's descriptors.</param>
    /// <param name="caller">On whose behalf the extractor is asked.</param>
    public async Task<RankingRule> RuleAsync(string modelId, CallerContext caller)
    {
        var (weight, cap) = (options.Value.FusionWeight, options.Value.FusionCap);
        if ((weight is null || cap is null) && await OfAsync(modelId, caller) is { } tuned)
            (weight, cap) = (weight ?? tuned.Weight, cap ?? (int)tuned.Cap);
        return RankingRule.Fused(weight ?? RankingRule.DefaultFusionWeight, cap ?? RankingRule.DefaultFusionCap);
    }

    private async Task<V1.FusionDefaults?> OfAsync(string modelId, CallerContext caller)
    {
        if (_known is not { } known || (known.ModelId != modelId && known.AskAgainAt <= time.GetUtcNow()))
            _known = known = await AskAsync(caller);
        return known.ModelId == modelId ? known.Fusion : null;
    }

    private async Task<Known> AskAsync(CallerContext caller)
    {
        var askAgainAt = time.GetUtcNow() + _pause;
        try
        {
            var loaded = await collections.LoadedModelAsync(caller with { Deadline = Nearer(caller.Deadline) });
            return new Known(loaded.ModelId, loaded.Fusion, askAgainAt);
        }
        catch (DelgException)
        {
            // What was known of an earlier model still holds.
            return (_known ?? new Known(null, null, askAgainAt)) with { AskAgainAt = askAgainAt };
        }
    }

    private DateTime Nearer(DateTime deadline)
    {
        var limit = DateTime.UtcNow.AddSeconds(options.Value.HealthTimeoutSeconds);
        return deadline < limit ? deadline : limit;
    }

    /// <summary>The model that was loaded when the extractor last answered; none before it did.</summary>
    private sealed record Known(string? ModelId, V1.FusionDefaults? Fusion, DateTimeOffset AskAgainAt);
}
