using Delg.Cli.CommandLine;

namespace Delg.Cli.Connection;

/// <summary>Keeps two processes from opening the same embedded stores. The system releases it with the process, however that ends.</summary>
internal sealed class DataFolderLock : IDisposable
{
    private const string FileName = "in-use.lock";

    private readonly FileStream _file;

    private DataFolderLock(FileStream file) => _file = file;

    /// <summary>Takes the folder, which is made when it is not there.</summary>
    /// <exception cref="CommandFailedException">Another process has it.</exception>
    public static DataFolderLock Take(string dataFolder)
    {
        Directory.CreateDirectory(dataFolder);
        try
        {
            return new DataFolderLock(new FileStream(Path.Combine(dataFolder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            throw new CommandFailedException(
                $"Another delg is using the data folder '{dataFolder}'. Wait until it is done, name another folder with --data, or reach a running server with --server.");
        }
    }

    public void Dispose() => _file.Dispose();
}
