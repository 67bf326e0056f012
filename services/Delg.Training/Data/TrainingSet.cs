using System.Security.Cryptography;

namespace Delg.Training.Data;

/// <summary>The photos to train on, with their classes.</summary>
public sealed class TrainingSet
{
    private static readonly HashSet<string> _extensions = new(StringComparer.OrdinalIgnoreCase) { ".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff" };

    private TrainingSet(IReadOnlyList<TrainingPhoto> photos, int labels)
    {
        Photos = photos;
        LabelCount = labels;
    }

    /// <summary>In the order of their paths, or of the list's lines.</summary>
    public IReadOnlyList<TrainingPhoto> Photos { get; }

    public int LabelCount { get; }

    /// <summary>Reads a folder of folders, at any depth, or a list of lines <c>path label</c> with paths relative to the list.</summary>
    /// <param name="path">The folder or the list.</param>
    /// <param name="rule">What counts as a class.</param>
    /// <param name="instanceFolders">With <see cref="LabelRule.Instance"/>: beginnings of folders (or labels) in which every folder shows one
    /// thing, so that its photos share a class.</param>
    /// <exception cref="IOException">There is no such folder or list, or a listed photo does not exist.</exception>
    /// <exception cref="InvalidDataException">A line of the list has no label, there are fewer than two classes, or no folder begins with
    /// one of <paramref name="instanceFolders"/>.</exception>
    public static TrainingSet Read(string path, LabelRule rule, IReadOnlyList<string> instanceFolders)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(instanceFolders);
        List<(string Path, string Folder)> files = Directory.Exists(path) ? FromFolder(path) : FromList(path);
        foreach (string folder in instanceFolders)
        {
            if (!files.Exists(f => IsWithin(f.Folder, folder)))
                throw new InvalidDataException($"No training photo lies under the instance folder '{folder}'.");
        }
        var labels = new Dictionary<string, int>(StringComparer.Ordinal);
        var photos = new List<TrainingPhoto>(files.Count);
        foreach ((string file, string folder) in files)
        {
            bool shared = rule == LabelRule.Folder || instanceFolders.Any(f => IsWithin(folder, f));
            string key = shared ? folder + "/" : file;
            if (!labels.TryGetValue(key, out int label)) labels.Add(key, label = labels.Count);
            photos.Add(new TrainingPhoto(file, folder, label));
        }
        if (labels.Count < 2)
            throw new InvalidDataException($"'{path}' has {photos.Count} photos in {labels.Count} classes; training needs at least two classes.");
        return new TrainingSet(photos, labels.Count);
    }

    /// <summary>
    /// Holds back a share of each class's photos, of classes too small for it by chance; the same photos and seed give the same split. Copies
    /// of a file in one class stay together, and every class keeps a photo to train on.
    /// </summary>
    /// <param name="share">0 to below 1.</param>
    /// <param name="seed">For which photos.</param>
    /// <returns>The set to train on, with the same classes, and the photos held back.</returns>
    public (TrainingSet Training, IReadOnlyList<TrainingPhoto> Held) Split(double share, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(share, 1);
        var held = new HashSet<TrainingPhoto>();
        foreach (IGrouping<int, TrainingPhoto> members in share == 0 ? [] : Photos.GroupBy(p => p.Label).Where(g => g.Count() > 1))
        {
            TrainingPhoto[][] originals = [.. members.GroupBy(p => Convert.ToHexString(ContentHash(p.Path))).Select(g => g.ToArray())];
            Random random = SampleSeed.For(seed, SampleSeed.SplitStream, members.Key);
            random.Shuffle(originals);
            int count = Math.Min((int)(share * originals.Length + random.NextDouble()), originals.Length - 1);
            held.UnionWith(originals.Take(count).SelectMany(p => p));
        }
        return (new TrainingSet([.. Photos.Where(p => !held.Contains(p))], LabelCount), [.. Photos.Where(held.Contains)]);
    }

    private static byte[] ContentHash(string path)
    {
        using FileStream file = File.OpenRead(path);
        return SHA256.HashData(file);
    }

    private static bool IsWithin(string folder, string parent)
    {
        parent = parent.TrimEnd('/');
        return folder.Equals(parent, StringComparison.Ordinal) || folder.StartsWith(parent + "/", StringComparison.Ordinal);
    }

    private static List<(string, string)> FromFolder(string root) =>
    [
        .. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Where(f => _extensions.Contains(Path.GetExtension(f)))
            .Order(StringComparer.Ordinal)
            .Select(f => (f, Path.GetRelativePath(root, Path.GetDirectoryName(f)!).Replace('\\', '/'))),
    ];

    private static List<(string, string)> FromList(string list)
    {
        if (!File.Exists(list)) throw new FileNotFoundException($"There is no folder or list '{list}'.", list);
        string root = Path.GetDirectoryName(Path.GetFullPath(list))!;
        var files = new List<(string, string)>();
        int number = 0;
        foreach (string line in File.ReadLines(list))
        {
            number++;
            string text = line.Trim();
            if (text.Length == 0) continue;
            int split = text.LastIndexOfAny([' ', '\t']);
            if (split < 0) throw new InvalidDataException($"{list}, line {number}: expected 'path label', found '{text}'.");
            string file = Path.Combine(root, text[..split].TrimEnd());
            if (!File.Exists(file)) throw new FileNotFoundException($"{list}, line {number}: there is no file '{file}'.", file);
            files.Add((file, text[(split + 1)..]));
        }
        return files;
    }
}
