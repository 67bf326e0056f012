using Delg.Gateway.Access;
using Delg.Gateway.Access.Keys;

namespace Delg.Gateway.Tests.Fakes;

/// <summary>A folder with a key file, and whatever else a test of access keeps in files.</summary>
internal sealed class KeyFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("delg-keys-");

    public string KeyFile => PathOf("keys.json");

    /// <summary>The setting of a gateway that takes the keys; changes are seen soon.</summary>
    public (string Key, string Value)[] Settings => [("KeyFile", KeyFile), ("KeyFileSeconds", "0.02")];

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Adds a key. Answers its text.</summary>
    public string Add(Role role, params string[] collections)
    {
        var key = ApiKey.Create();
        Gateway.Access.Keys.KeyFile.Change(KeyFile, records => [.. records, new KeyRecord(key.Id, "test", key.Hash, role, collections)]);
        return key.Reveal();
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
