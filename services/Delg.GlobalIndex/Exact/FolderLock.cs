using Delg.ServiceDefaults.Hosting;

namespace Delg.GlobalIndex.Exact;

/// <summary>Holds a folder for one process: two that write to the same files would each answer from a stale memory.</summary>
internal sealed class FolderLock : IDisposable
{
    private const string FileName = "lock";
    private readonly FileStream _file;

    /// <exception cref="ServiceStartException">Another process holds the folder, or it cannot be written.</exception>
    public FolderLock(string folder)
    {
        try
        {
            _file = new FileStream(Path.Combine(folder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ServiceStartException(
                $"The folder '{folder}' cannot be used: another process holds it, or it cannot be written. ({failure.Message})", failure);
        }
    }

    public void Dispose() => _file.Dispose();
}
