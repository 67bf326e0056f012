using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace Delg.Training.FeatureMaps;

/// <summary>
/// Maps of crops on disk, one record of equal length after another, behind a header that says what they are of. A file that was broken off
/// is gone on with; one of something else is begun anew.
/// </summary>
internal sealed class MapFile : IDisposable
{
    private const int HeaderBytes = 64;

    private static readonly byte[] _magic = "DELGMAP1"u8.ToArray();

    private readonly SafeFileHandle _file;

    private MapFile(SafeFileHandle file, MapShape shape, long count)
    {
        _file = file;
        Shape = shape;
        Count = count;
    }

    public MapShape Shape { get; }

    /// <summary>Whole records in the file.</summary>
    public long Count { get; private set; }

    /// <param name="path">Made if it is not there.</param>
    /// <param name="shape">Of each record.</param>
    /// <param name="content">All that the records depend on; a file of another content is emptied.</param>
    public static MapFile Open(string path, MapShape shape, string content)
    {
        byte[] header = new byte[HeaderBytes];
        _magic.CopyTo(header, 0);
        SHA256.HashData(Encoding.UTF8.GetBytes($"{shape} {content}")).CopyTo(header, _magic.Length);
        SafeFileHandle file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        byte[] found = new byte[HeaderBytes];
        if (RandomAccess.Read(file, found, 0) < HeaderBytes || !found.AsSpan().SequenceEqual(header))
        {
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, header, 0);
        }
        long count = (RandomAccess.GetLength(file) - HeaderBytes) / shape.RecordBytes;
        return new MapFile(file, shape, count);
    }

    /// <param name="shallow">N × channels × side × side.</param>
    /// <param name="pooled">N × channels.</param>
    public void Append(Tensor shallow, Tensor pooled)
    {
        using var scope = NewDisposeScope();
        // Half precision ends at 65,504; activations are thousands of times smaller, and one beyond must not become infinite.
        Tensor half = shallow.detach().clamp(-65504, 65504).to_type(ScalarType.Float16).cpu().contiguous();
        Tensor single = pooled.detach().to_type(ScalarType.Float32).cpu().contiguous();
        int count = (int)half.shape[0];
        byte[] records = new byte[(long)count * Shape.RecordBytes];
        for (int i = 0; i < count; i++)
        {
            Span<byte> record = records.AsSpan(i * Shape.RecordBytes, Shape.RecordBytes);
            half.bytes.Slice(i * Shape.ShallowBytes, Shape.ShallowBytes).CopyTo(record);
            single.bytes.Slice(i * Shape.PooledBytes, Shape.PooledBytes).CopyTo(record[Shape.ShallowBytes..]);
        }
        RandomAccess.Write(_file, records, Offset(Count));
        RandomAccess.FlushToDisk(_file);
        Count += count;
    }

    /// <summary>Reads records. Safe from several threads.</summary>
    /// <exception cref="IOException">The file ends before a record does.</exception>
    public MapBatch Read(IReadOnlyList<long> records, long[] labels)
    {
        byte[] shallow = new byte[records.Count * Shape.ShallowBytes], pooled = new byte[records.Count * Shape.PooledBytes];
        for (int i = 0; i < records.Count; i++)
        {
            long offset = Offset(records[i]);
            ReadWhole(shallow.AsSpan(i * Shape.ShallowBytes, Shape.ShallowBytes), offset);
            ReadWhole(pooled.AsSpan(i * Shape.PooledBytes, Shape.PooledBytes), offset + Shape.ShallowBytes);
        }
        return new MapBatch(shallow, pooled, Shape, labels);
    }

    public void Dispose() => _file.Dispose();

    private long Offset(long record) => HeaderBytes + record * Shape.RecordBytes;

    private void ReadWhole(Span<byte> target, long offset)
    {
        while (target.Length > 0)
        {
            int read = RandomAccess.Read(_file, target, offset);
            if (read == 0) throw new EndOfStreamException("The cached feature maps end too early. Remove the work folder's *.maps files.");
            target = target[read..];
            offset += read;
        }
    }
}
