namespace Delg.Model.Weights.Import.TensorFlow;

/// <summary>Where a bundle's files are: <c>PREFIX.index</c> and <c>PREFIX.data-00000-of-00001</c> and so on.</summary>
internal static class BundleLocation
{
    private const string IndexSuffix = ".index";

    /// <param name="path">A SavedModel's folder, a folder with one index, or an index itself.</param>
    /// <returns>The files' common prefix.</returns>
    /// <exception cref="WeightsFormatException">There is no index, or more than one.</exception>
    /// <exception cref="FileNotFoundException">There is nothing at the path.</exception>
    public static string Prefix(string path)
    {
        if (File.Exists(path))
        {
            return path.EndsWith(IndexSuffix, StringComparison.Ordinal)
                ? path[..^IndexSuffix.Length]
                : throw new WeightsFormatException($"{path} is neither a folder nor an index of tensors, PREFIX{IndexSuffix}.");
        }
        if (!Directory.Exists(path))
            throw new FileNotFoundException($"There is no folder or file {path}.", path);
        string savedModel = Path.Combine(path, "variables", "variables");
        if (File.Exists(savedModel + IndexSuffix))
            return savedModel;
        string[] indices = [.. Directory.GetFiles(path, "*" + IndexSuffix).Order(StringComparer.Ordinal)];
        return indices switch
        {
            [var only] => only[..^IndexSuffix.Length],
            [] => throw new WeightsFormatException($"{path} holds neither variables/variables{IndexSuffix} nor another index of tensors."),
            _ => throw new WeightsFormatException($"{path} holds several checkpoints; name the index of one: {string.Join(", ", indices.Select(Path.GetFileName))}."),
        };
    }

    public static string Shard(string prefix, int shard, int shards) => $"{prefix}.data-{shard:00000}-of-{shards:00000}";
}
