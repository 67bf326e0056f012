using Delg.Contracts.Validation;
using Delg.Gateway.Backends;
using Microsoft.Extensions.Options;

namespace Delg.Gateway;

/// <summary>What annotations cannot say about <see cref="GatewayOptions"/>.</summary>
internal sealed class GatewayOptionsCheck : IValidateOptions<GatewayOptions>
{
    // What the extractor makes.
    private const int MinThumbnailSidePixels = 16;

    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        List<string> mistakes = [];
        foreach (var (key, address) in new[]
        {
            (nameof(options.Extractor), options.Extractor),
            (nameof(options.GlobalIndex), options.GlobalIndex),
            (nameof(options.LocalVerifier), options.LocalVerifier),
        })
        {
            if (!BackendAddress.IsValid(address))
                mistakes.Add($"{GatewayHosting.Section}:{key} must be http://host:port, https://host:port or dns:///host:port, not '{address}'.");
        }

        if (!MessageCheck.IsCollectionName(options.DefaultCollection))
            mistakes.Add($"{GatewayHosting.Section}:{nameof(options.DefaultCollection)} '{options.DefaultCollection}' is not a collection name.");
        if (options.DefaultTopK > options.MaxTopK)
            mistakes.Add($"{GatewayHosting.Section}:{nameof(options.DefaultTopK)} {options.DefaultTopK} is above {nameof(options.MaxTopK)} {options.MaxTopK}.");
        if (options.DefaultRerankDepth > options.MaxRerankDepth)
            mistakes.Add($"{GatewayHosting.Section}:{nameof(options.DefaultRerankDepth)} {options.DefaultRerankDepth} is above {nameof(options.MaxRerankDepth)} {options.MaxRerankDepth}.");
        if (options.ThumbnailSidePixels is > 0 and < MinThumbnailSidePixels)
            mistakes.Add($"{GatewayHosting.Section}:{nameof(options.ThumbnailSidePixels)} {options.ThumbnailSidePixels} is neither 0 nor at least {MinThumbnailSidePixels}.");
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }
}
