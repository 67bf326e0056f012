using System.Buffers.Binary;
using System.Security.Cryptography;
using Delg.Cli.CommandLine;
using Delg.V1;
using Google.Protobuf;

namespace Delg.Cli.Backup;

/// <summary>A backup file. It is read to its end and held against its hash before anything is taken from it.</summary>
internal sealed class BackupReader : IDisposable
{
    private const int BufferBytes = 1024 * 1024;

    private readonly string _path;
    private readonly FileStream _file;

    private BackupReader(string path, FileStream file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>The collection it was made of.</summary>
    public Collection Collection { get; private set; } = new();

    /// <summary>Pictures in it.</summary>
    public long Images { get; private set; }

    /// <summary>Opens a file and checks the whole of it.</summary>
    /// <exception cref="CommandFailedException">It is no backup, or damaged.</exception>
    public static BackupReader Open(string path, CancellationToken cancellation)
    {
        var reader = new BackupReader(path, new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes));
        try
        {
            reader.Check(cancellation);
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>The pictures, one by one.</summary>
    public IEnumerable<ExportedImage> ReadImages()
    {
        _file.Position = BackupFormat.Mark.Length;
        ReadMessage();
        while (ReadMessage() is { } message)
            yield return Parse(ExportedImage.Parser, message);
    }

    public void Dispose() => _file.Dispose();

    private void Check(CancellationToken cancellation)
    {
        Span<byte> mark = stackalloc byte[BackupFormat.Mark.Length];
        if (_file.ReadAtLeast(mark, mark.Length, throwOnEndOfStream: false) < mark.Length || !mark.SequenceEqual(BackupFormat.Mark))
            throw new CommandFailedException($"'{_path}' is not a backup of a collection, or one that a later version has made.");
        CheckHash(cancellation);

        _file.Position = mark.Length;
        Collection = Parse(Collection.Parser, ReadMessage() ?? throw Damaged("it has no collection"));
        var images = 0L;
        for (; ReadMessage() is not null; images++)
            cancellation.ThrowIfCancellationRequested();
        Span<byte> count = stackalloc byte[sizeof(ulong)];
        ReadExactly(count);
        if (BinaryPrimitives.ReadUInt64LittleEndian(count) != (ulong)images || _file.Position != _file.Length - BackupFormat.HashBytes)
            throw Damaged($"it holds {images} pictures and says otherwise");
        Images = images;
    }

    private void CheckHash(CancellationToken cancellation)
    {
        _file.Position = 0;
        var left = _file.Length - BackupFormat.HashBytes;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferBytes];
        while (left > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, left));
            ReadExactly(part);
            hash.AppendData(part);
            left -= part.Length;
        }

        Span<byte> expected = stackalloc byte[BackupFormat.HashBytes];
        ReadExactly(expected);
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(expected))
            throw Damaged("its checksum is another");
    }

    /// <summary>The next message; null at the end of them.</summary>
    private byte[]? ReadMessage()
    {
        Span<byte> length = stackalloc byte[sizeof(uint)];
        ReadExactly(length);
        var bytes = BinaryPrimitives.ReadUInt32LittleEndian(length);
        if (bytes == 0)
            return null;
        if (bytes > BackupFormat.MaxMessageBytes)
            throw Damaged($"a message of {bytes} bytes");
        var message = new byte[bytes];
        ReadExactly(message);
        return message;
    }

    private void ReadExactly(Span<byte> part)
    {
        if (_file.ReadAtLeast(part, part.Length, throwOnEndOfStream: false) < part.Length)
            throw Damaged("it ends too early");
    }

    private T Parse<T>(MessageParser<T> parser, byte[] message)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(message);
        }
        catch (InvalidProtocolBufferException failure)
        {
            throw Damaged(failure.Message);
        }
    }

    private CommandFailedException Damaged(string how) => new($"The backup '{_path}' is damaged: {how}. Nothing was imported from it.");
}
