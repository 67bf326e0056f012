namespace Delg.Gateway.Access.Keys;

/// <summary>What is kept of an API key.</summary>
/// <param name="Id">Names it; part of the key.</param>
/// <param name="Name">Whose it is, for people.</param>
/// <param name="Sha256">SHA-256 of its secret, hexadecimal digits.</param>
/// <param name="Role">What it may do: read, write or admin.</param>
/// <param name="Collections">Where: names of collections, or <c>*</c> for all.</param>
/// <param name="RequestsPerSecond">Its own rate limit; null: the gateway's for all keys; 0: none.</param>
/// <param name="CreateTime">When it was made.</param>
public sealed record KeyRecord(
    string Id, string Name, string Sha256, Role Role, IReadOnlyList<string> Collections, double? RequestsPerSecond = null, DateTimeOffset? CreateTime = null);
