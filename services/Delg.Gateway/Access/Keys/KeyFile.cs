using System.Text.Json;
using System.Text.Json.Serialization;
using Delg.Contracts.Validation;

namespace Delg.Gateway.Access.Keys;

/// <summary>The file of the API keys: a JSON object whose <c>keys</c> are records. It holds no secret, only hashes of them.</summary>
public static class KeyFile
{
    private const int HashDigits = 64;

    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
    };

    /// <summary>The records of a file.</summary>
    /// <exception cref="KeyFileException">It is not there, or not right; all mistakes are named.</exception>
    public static IReadOnlyList<KeyRecord> Read(string path) => Parse(path, ReadBytes(path));

    /// <summary>
    /// Changes the records of a file, which is made when it is not there. One writer at a time; a reader sees the old file or the new one.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="change">From the records to what they shall be.</param>
    /// <exception cref="KeyFileException">It is not right, cannot be written, or is being written by somebody else.</exception>
    public static void Change(string path, Func<IReadOnlyList<KeyRecord>, IReadOnlyList<KeyRecord>> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            // It stays: removing it would let a third writer lock a new one while a second still holds the old.
            using var turn = new FileStream($"{path}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            var records = change(File.Exists(path) ? Read(path) : []);
            var draft = $"{path}.{Environment.ProcessId}";
            var access = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                access.UnixCreateMode = File.Exists(path) ? File.GetUnixFileMode(path) : UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var file = new FileStream(draft, access))
            {
                JsonSerializer.Serialize(file, new Contents(records), _json);
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException($"The key file '{path}' cannot be written: {failure.Message}", failure);
        }
    }

    /// <summary>The file as it is.</summary>
    internal static byte[] ReadBytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new KeyFileException($"The key file '{path}' cannot be read: {failure.Message}", failure);
        }
    }

    internal static IReadOnlyList<KeyRecord> Parse(string path, ReadOnlySpan<byte> json)
    {
        try
        {
            var records = JsonSerializer.Deserialize<Contents>(json, _json)?.Keys ?? throw new JsonException("It is null.");
            var mistakes = records.SelectMany(MistakesOf).Concat(records.GroupBy(r => r.Id).Where(g => g.Count() > 1).Select(g => $"Key '{g.Key}' is there twice.")).ToList();
            return mistakes.Count == 0 ? records : throw new KeyFileException($"The key file '{path}' is not right. {string.Join(" ", mistakes)}");
        }
        catch (JsonException failure)
        {
            throw new KeyFileException($"The key file '{path}' is not right. {failure.Message}", failure);
        }
    }

    private static IEnumerable<string> MistakesOf(KeyRecord record)
    {
        if (record.Id.Length == 0 || record.Id.Contains('_', StringComparison.Ordinal))
            yield return $"Key '{record.Id}' has no id, or one with '_'.";
        if (record.Sha256.Length != HashDigits || !record.Sha256.All(char.IsAsciiHexDigit))
            yield return $"Key '{record.Id}': sha256 must have {HashDigits} hexadecimal digits.";
        if (record.Role == Role.None)
            yield return $"Key '{record.Id}': role must be read, write or admin.";
        if (record.RequestsPerSecond is < 0)
            yield return $"Key '{record.Id}': requests_per_second must not be below 0.";
        foreach (var collection in record.Collections.Where(c => c != Caller.AllCollections && !MessageCheck.IsCollectionName(c)))
            yield return $"Key '{record.Id}': '{collection}' is neither a collection's name nor '{Caller.AllCollections}'.";
    }

    private sealed record Contents(IReadOnlyList<KeyRecord> Keys);
}
