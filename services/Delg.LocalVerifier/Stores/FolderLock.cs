namespace Delg.LocalVerifier.Stores;

/// <summary>Holds a folder for this process: two processes on one store would each trust what the other changes.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream _file;

    /// <exception cref="InvalidOperationException">Another process (or another service of this one) holds the folder.</exception>
    public FolderLock(string folder)
    {
        var path = Path.Combine(folder, "lock");
        try
        {
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure)
        {
            throw new InvalidOperationException(
                $"The folder {folder} is in use by another process. Stop it, or choose another data folder (DELG_DataFolder).", failure);
        }
    }

    // The file stays: removing it would let a third process lock a new one while a second still holds the old.
    public void Dispose() => _file.Dispose();
}
