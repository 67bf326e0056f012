using Microsoft.Extensions.Options;

namespace Delg.Extractor;

/// <summary>What annotations cannot say about <see cref="ExtractorOptions"/>.</summary>
internal sealed class ExtractorOptionsCheck : IValidateOptions<ExtractorOptions>
{
    public ValidateOptionsResult Validate(string? name, ExtractorOptions options)
    {
        List<string> mistakes = [.. options.Decode.FindMistakes().Select(mistake => $"{ExtractorHosting.Section}:Decode: {mistake}")];
        if (!Enum.IsDefined(options.Precision))
            mistakes.Add($"{ExtractorHosting.Section}:{nameof(options.Precision)} must be auto, float32 or bfloat16.");
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }
}
