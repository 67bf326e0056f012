using Delg.V1;

namespace Delg.Gateway.Backends;

/// <summary>The services' methods that change nothing.</summary>
internal static class IdempotentReads
{
    public static IReadOnlyList<(string Service, string Method)> All { get; } =
    [
        .. Of(ExtractorService.Descriptor.FullName, "Extract", "GetModel"),
        .. Of(GlobalIndexService.Descriptor.FullName, "GetCollection", "ListCollections", "GetEntries", "ListEntries", "SearchEntries"),
        .. Of(LocalVerifierService.Descriptor.FullName, "GetFeatures", "GetThumbnail", "ListFeatures", "VerifyCandidates", "MatchFeatures"),
    ];

    private static IEnumerable<(string Service, string Method)> Of(string service, params string[] methods) => methods.Select(method => (service, method));
}
