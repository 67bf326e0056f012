using System.Buffers.Binary;
using System.Security.Cryptography;
using Delg.V1;
using Google.Protobuf;

namespace Delg.Cli.Backup;

/// <summary>
/// Writes a backup beside its place and moves it there when it is whole and on disk, so that a file of that name is never half a backup.
/// </summary>
internal sealed class BackupWriter : IDisposable
{
    private const int BufferBytes = 1024 * 1024;

    private readonly string _path;
    private readonly string _draft;
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _isFinished;

    public BackupWriter(string path)
    {
        _path = path;
        _draft = $"{path}.{Environment.ProcessId}.part";
        _file = new FileStream(_draft, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes);
        Write(BackupFormat.Mark);
    }

    /// <summary>Pictures written.</summary>
    public long Images { get; private set; }

    public void Write(Collection collection) => WriteMessage(collection);

    public void Write(ExportedImage image)
    {
        WriteMessage(image);
        Images++;
    }

    /// <summary>Ends the file and puts it in its place.</summary>
    /// <returns>Its size, bytes.</returns>
    public long Finish()
    {
        WriteLength(0);
        Span<byte> count = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(count, (ulong)Images);
        Write(count);
        _file.Write(_hash.GetHashAndReset());
        _file.Flush(flushToDisk: true);
        var bytes = _file.Length;
        _file.Dispose();
        File.Move(_draft, _path, overwrite: true);
        _isFinished = true;
        return bytes;
    }

    public void Dispose()
    {
        _file.Dispose();
        _hash.Dispose();
        if (!_isFinished)
            File.Delete(_draft);
    }

    private void WriteMessage(IMessage message)
    {
        var bytes = message.ToByteArray();
        WriteLength((uint)bytes.Length);
        Write(bytes);
    }

    private void WriteLength(uint length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, length);
        Write(bytes);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        _file.Write(bytes);
    }
}
