using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Delg.Model.Extraction;
using Delg.Model.Weights;

namespace Delg.Cli.Evaluate;

/// <summary>
/// Extracted features on disk, one file each, named by a hash of the picture's bytes, the weights and every setting that changes the outcome:
/// a second evaluation with other thresholds starts at once. The files are this program's own; delete the folder at any time.
/// </summary>
internal sealed class FeatureCache
{
    /// <summary>Changes with the form of the files, so that files of another form are never read.</summary>
    private const string Form = "delg-features-1";

    private readonly string _folder;
    private readonly string _settings;

    /// <param name="folder">Where the files lie; made when it is not there.</param>
    /// <param name="extractor">What the features come from.</param>
    public FeatureCache(DirectoryInfo folder, DelgExtractor extractor)
    {
        _folder = Directory.CreateDirectory(folder.FullName).FullName;
        // The manifest holds the extractor's options in place of its own values.
        _settings = $"{Form}\n{extractor.ModelId}\n{extractor.Precision}\n{extractor.Manifest.ToJson()}\n";
    }

    /// <summary>Where the features of a picture lie, or will.</summary>
    public string PathFor(ReadOnlySpan<byte> picture)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(_settings));
        hash.AppendData(picture);
        return Path.Combine(_folder, Convert.ToHexStringLower(hash.GetHashAndReset()) + ".features");
    }

    /// <summary>What was kept; null when there is nothing, or nothing whole.</summary>
    public static ImageFeatures? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            using var reader = new BinaryReader(File.OpenRead(path));
            return ReadFeatures(reader);
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    /// <summary>Keeps features.</summary>
    public static void Write(string path, ImageFeatures features)
    {
        // Moved into place: an interrupted run leaves no half file behind.
        var draft = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}");
        using (var writer = new BinaryWriter(File.Create(draft)))
        {
            writer.Write(features.ModelId.ToString());
            writer.Write(features.ImageWidth);
            writer.Write(features.ImageHeight);
            foreach (var values in new[] { features.Global, features.Keypoints, features.Scales, features.Scores, features.Descriptors })
                WriteFloats(writer, values);
        }

        File.Move(draft, path, overwrite: true);
    }

    private static ImageFeatures? ReadFeatures(BinaryReader reader) => ModelId.TryParse(reader.ReadString(), out var modelId)
        ? new ImageFeatures
        {
            ModelId = modelId,
            ImageWidth = reader.ReadInt32(),
            ImageHeight = reader.ReadInt32(),
            Global = ReadFloats(reader),
            Keypoints = ReadFloats(reader),
            Scales = ReadFloats(reader),
            Scores = ReadFloats(reader),
            Descriptors = ReadFloats(reader),
        }
        : null;

    private static void WriteFloats(BinaryWriter writer, float[] values)
    {
        writer.Write(values.Length);
        foreach (var value in values)
            writer.Write(value);
    }

    private static float[] ReadFloats(BinaryReader reader)
    {
        var values = new float[reader.ReadInt32()];
        for (var i = 0; i < values.Length; i++)
            values[i] = reader.ReadSingle();
        return values;
    }
}
