namespace Delg.Gateway.Access;

/// <summary>Who calls, and what it may do. Found out once a request, and kept among the request's features.</summary>
/// <param name="Id">What its calls are counted under; in traces.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Collections">Where: names, or <see cref="AllCollections"/>.</param>
/// <param name="RequestsPerSecond">Its own limit; null: the one of all; 0: none.</param>
internal sealed record Caller(string Id, Role Role, IReadOnlyCollection<string> Collections, double? RequestsPerSecond = null)
{
    /// <summary>In place of a collection's name: every one.</summary>
    public const string AllCollections = "*";

    /// <summary>Nobody asked who it is.</summary>
    /// <param name="address">Where it calls from, as <see cref="AddressBlock"/> says it.</param>
    public static Caller Anonymous(string address) => new(address, Role.Admin, [AllCollections]) { IsAnonymous = true };

    /// <summary>Whether it showed nothing.</summary>
    public bool IsAnonymous { get; private init; }

    /// <summary>Whether a collection is one of its own; <see cref="AllCollections"/> asks for every one.</summary>
    public bool Reaches(string collection) => Collections.Contains(AllCollections) || Collections.Contains(collection);
}
