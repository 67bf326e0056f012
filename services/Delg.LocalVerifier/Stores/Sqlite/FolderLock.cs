using Delg.ServiceDefaults.Hosting;

namespace Delg.LocalVerifier.Stores.Sqlite;

/// <summary>Holds a folder for this process: two processes on one store would each trust what the other changes.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream _file;

    /// <exception cref="ServiceStartException">Another process (or another service of this one) holds the folder, or it cannot be written.</exception>
    public FolderLock(string folder)
    {
        var path = Path.Combine(folder, "lock");
        try
        {
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ServiceStartException(
                $"The folder {folder} is in use by another process, or cannot be written. Stop that, or choose another data folder (DELG_DataFolder). ({failure.Message})",
                failure);
        }
    }

    // The file stays: removing it would let a third process lock a new one while a second still holds the old.
    public void Dispose() => _file.Dispose();
}
