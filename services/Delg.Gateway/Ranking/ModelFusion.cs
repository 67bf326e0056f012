using Delg.Contracts.Errors;
using Delg.Gateway.Backends;
using Delg.Gateway.Indexing;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Ranking;

/// <summary>
/// Fused ranking as the options say, else as was tuned for the weights that made the descriptors, else as built in. The extractor is asked
/// once a model. A search by features or by an indexed image needs no extractor otherwise: without one it is ranked as built in, and the extractor is asked
/// again by the first search after a pause.
/// </summary>
internal sealed class ModelFusion(ImageCollections collections, IOptions<GatewayOptions> options, TimeProvider time)
{
    private static readonly TimeSpan _pauseAfterFailure = TimeSpan.FromSeconds(10);

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
        if (_known is { } known && known.ModelId == modelId && known.Until > time.GetUtcNow())
            return known.Fusion;
        try
        {
            var loaded = await collections.LoadedModelAsync(caller with { Deadline = Nearer(caller.Deadline) });
            // Descriptors of other weights than those that are loaded: they may be loaded later.
            var isIt = loaded.ModelId == modelId;
            _known = new Known(modelId, isIt ? loaded.Fusion : null, isIt ? DateTimeOffset.MaxValue : time.GetUtcNow() + _pauseAfterFailure);
        }
        catch (DelgException)
        {
            _known = new Known(modelId, null, time.GetUtcNow() + _pauseAfterFailure);
        }

        return _known?.Fusion;
    }

    private DateTime Nearer(DateTime deadline)
    {
        var limit = DateTime.UtcNow.AddSeconds(options.Value.HealthTimeoutSeconds);
        return deadline < limit ? deadline : limit;
    }

    private sealed record Known(string ModelId, V1.FusionDefaults? Fusion, DateTimeOffset Until);
}
