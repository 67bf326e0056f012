namespace Delg.Model.Weights.Import.Layouts;

/// <summary>
/// Checkpoints wrap the same network in scopes and containers of their own (<c>model_state/</c>, <c>module.</c>, <c>_model/</c>): a name
/// that every network of a family has tells what comes before all its names.
/// </summary>
internal static class NamePrefix
{
    /// <returns>What comes before the anchor, perhaps nothing; null if the anchor is not there.</returns>
    /// <exception cref="WeightsFormatException">It is there more than once.</exception>
    public static string? Before(Checkpoint checkpoint, string anchor)
    {
        string[] prefixes =
        [
            .. from name in checkpoint.Tensors.Keys
               where name.EndsWith(anchor, StringComparison.Ordinal)
               let prefix = name[..^anchor.Length]
               where prefix.Length == 0 || prefix[^1] is '.' or '/'
               orderby prefix.Length, prefix
               select prefix,
        ];
        return prefixes.Length <= 1 ? prefixes.FirstOrDefault() : throw new WeightsFormatException(
            $"More than one network is there, below {string.Join(" and ", prefixes.Select(p => $"\"{p}\""))}; nothing was imported. Save the one that is meant by itself.");
    }

    /// <summary>Size of a tensor's axis, counted from its end with a negative number: what a width is read from.</summary>
    /// <exception cref="WeightsFormatException">The tensor is missing or has another number of axes.</exception>
    public static int Axis(Checkpoint checkpoint, string name, int axes, int axis)
    {
        if (!checkpoint.Tensors.TryGetValue(name, out CheckpointTensor? tensor))
            throw new WeightsFormatException($"{name} is missing, nothing was imported.");
        if (tensor.Shape.Count != axes)
            throw new WeightsFormatException($"{name} has the shape {tensor.ShapeText}; {axes} axes are expected. Nothing was imported.");
        return (int)Math.Min(tensor.Shape[axis < 0 ? axes + axis : axis], int.MaxValue);
    }

    /// <inheritdoc cref="Axis"/>
    public static int FirstAxis(Checkpoint checkpoint, string name, int axes) => Axis(checkpoint, name, axes, 0);

    /// <inheritdoc cref="Axis"/>
    public static int LastAxis(Checkpoint checkpoint, string name, int axes) => Axis(checkpoint, name, axes, -1);
}
