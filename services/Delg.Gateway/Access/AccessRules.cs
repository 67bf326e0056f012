using Delg.Contracts.Errors;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.Gateway.Access;

/// <summary>Which role a method needs, in which collection. What is not listed needs the most.</summary>
internal static class AccessRules
{
    private static readonly Dictionary<string, Role> _roles = new()
    {
        ["ListImageCollections"] = Role.Read,
        ["SearchImages"] = Role.Read,
        ["GetImage"] = Role.Read,
        ["GetImageThumbnail"] = Role.Read,
        ["ListImages"] = Role.Read,
        ["FindDuplicates"] = Role.Read,
        ["MatchImages"] = Role.Read,
        ["ExportImages"] = Role.Read,
        ["IndexImage"] = Role.Write,
        ["IndexImages"] = Role.Write,
        ["UpdateImageMetadata"] = Role.Write,
        ["DeleteImage"] = Role.Write,
        ["DeleteImages"] = Role.Write,
        ["ImportImages"] = Role.Write,
        ["CheckImages"] = Role.Write,
        ["CreateImageCollection"] = Role.Admin,
        ["DeleteImageCollection"] = Role.Admin,
    };

    /// <summary>The methods that have a role of their own.</summary>
    public static IReadOnlyCollection<string> Methods => _roles.Keys;

    /// <param name="method">Name of a method of <see cref="ImageSearchService"/>, without the service's.</param>
    public static Role RoleOf(string method) => _roles.GetValueOrDefault(method, Role.Admin);

    /// <summary>
    /// The collection a request is about; null: none in particular. A message that does not say is about every one, so that a new method is closed
    /// until somebody opens it.
    /// </summary>
    public static string? CollectionOf(IMessage request, string defaultCollection) => request switch
    {
        // The answer is cut to what the caller reaches.
        ListImageCollectionsRequest => null,
        MatchImagesRequest { QueryImageId: "", CandidateImageId: "" } => null,
        IndexImagesRequest item => CollectionOf(item.Image ?? new IndexImageRequest(), defaultCollection),
        CreateImageCollectionRequest create => create.Name,
        DeleteImageCollectionRequest delete => delete.Name,
        _ when request.Descriptor.FindFieldByName("collection")?.Accessor.GetValue(request) is string name => name.Length == 0 ? defaultCollection : name,
        _ => Caller.AllCollections,
    };

    /// <param name="caller">Who asks.</param>
    /// <param name="role">What it needs to be.</param>
    /// <param name="collection">Where; <see cref="Caller.AllCollections"/>: everywhere; null: nowhere in particular.</param>
    /// <exception cref="DelgException">ROLE_INSUFFICIENT.</exception>
    public static void Demand(Caller caller, Role role, string? collection)
    {
        if (caller.Role >= role && (collection is null || caller.Reaches(collection)))
            return;
        var needed = role.ToString().ToLowerInvariant();
        var details = new Dictionary<string, string> { ["role"] = needed };
        if (collection is not null)
            details["collection"] = collection;
        throw new DelgException(StatusCode.PermissionDenied, ErrorReason.RoleInsufficient, $"This needs the role {needed}{Where(collection)}.") { Details = details };
    }

    private static string Where(string? collection) => collection switch
    {
        null => "",
        Caller.AllCollections => " in all collections",
        _ => $" in collection '{ErrorText.Shortened(collection)}'",
    };
}
