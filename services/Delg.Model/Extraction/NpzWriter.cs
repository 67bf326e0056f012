using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Delg.Model.Extraction;

/// <summary>
/// Features as NumPy's <c>.npz</c>: a zip of <c>.npy</c> files (format 1.0), float32, little-endian, C order. Keys: <c>global</c>
/// (dimension), <c>keypoints</c> (n, 2) as x, y, <c>scales</c> (n), <c>scores</c> (n), <c>descriptors</c> (n, dimension).
/// </summary>
public static class NpzWriter
{
    // A .npy header, magic included, is padded to a multiple of this.
    private const int HeaderAlignment = 64;

    // The earliest time a zip can tell: the same features give the same file.
    private static readonly DateTimeOffset _timestamp = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="path">The file to make or replace.</param>
    /// <param name="features">What to write.</param>
    /// <param name="localDimension">Length of a local descriptor, so that an empty set has its shape too.</param>
    public static void Write(string path, ImageFeatures features, int localDimension)
    {
        using FileStream stream = File.Create(path);
        Write(stream, features, localDimension);
    }

    /// <param name="stream">Where to; left open.</param>
    /// <param name="features">What to write.</param>
    /// <param name="localDimension">Length of a local descriptor, so that an empty set has its shape too.</param>
    public static void Write(Stream stream, ImageFeatures features, int localDimension)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentOutOfRangeException.ThrowIfLessThan(localDimension, 1);
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        Add(zip, "global", features.Global, [features.Global.Length]);
        Add(zip, "keypoints", features.Keypoints, [features.Count, 2]);
        Add(zip, "scales", features.Scales, [features.Count]);
        Add(zip, "scores", features.Scores, [features.Count]);
        Add(zip, "descriptors", features.Descriptors, [features.Count, localDimension]);
    }

    private static void Add(ZipArchive zip, string key, float[] values, int[] shape)
    {
        if (values.LongLength != shape.Aggregate(1L, (product, size) => product * size))
            throw new ArgumentException($"{key}: {values.Length} values do not fill ({string.Join(", ", shape)}).");
        ZipArchiveEntry entry = zip.CreateEntry(key + ".npy", CompressionLevel.NoCompression);
        entry.LastWriteTime = _timestamp;
        using var writer = new BinaryWriter(entry.Open());
        writer.Write(Header(shape));
        foreach (float value in values)
            writer.Write(value);
    }

    private static byte[] Header(int[] shape)
    {
        // Python writes a tuple of one with a comma.
        string tuple = string.Join(", ", shape.Select(size => size.ToString(CultureInfo.InvariantCulture))) + (shape.Length == 1 ? "," : "");
        string text = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({tuple}), }}";
        const int Prefix = 10;
        int padded = (Prefix + text.Length + 1 + HeaderAlignment - 1) / HeaderAlignment * HeaderAlignment;
        text = text.PadRight(padded - Prefix - 1) + '\n';
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, (byte)(text.Length >> 8), .. Encoding.ASCII.GetBytes(text)];
    }
}
