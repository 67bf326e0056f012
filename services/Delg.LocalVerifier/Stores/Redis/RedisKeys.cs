using System.Text;
using StackExchange.Redis;

namespace Delg.LocalVerifier.Stores.Redis;

/// <summary>
/// The names of values: prefix, collection, ':', image id. They are the only record of what a collection holds: a value and an entry in some list of ids
/// could not be written in one step where they lie on different servers of a cluster, and one of them would be left over when a process dies between.
/// </summary>
internal sealed class RedisKeys(string prefix)
{
    /// <summary>The key of a value.</summary>
    /// <param name="collection">Letters, digits, '-' and '_': the first ':' behind the prefix ends it.</param>
    /// <param name="imageId">Any text. Braces in it would be a hash tag, which puts keys that belong apart into one slot.</param>
    public RedisKey Of(string collection, string imageId) =>
        $"{prefix}{collection}:{imageId.Replace("%", "%25", StringComparison.Ordinal).Replace("{", "%7B", StringComparison.Ordinal)}";

    /// <summary>The image id of a value's key.</summary>
    public string ImageIdOf(string collection, RedisKey key) =>
        $"{key}"[(prefix.Length + collection.Length + 1)..].Replace("%7B", "{", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);

    /// <summary>The pattern, as SCAN reads it, that all keys of a collection match and no other.</summary>
    public RedisValue PatternOf(string collection)
    {
        var pattern = new StringBuilder();
        foreach (var character in prefix)
            pattern.Append(character is '*' or '?' or '[' or ']' or '\\' ? $"\\{character}" : $"{character}");
        return $"{pattern}{collection}:*";
    }
}
