namespace Delg.Model.Weights.Import;

/// <summary>A tensor of a checkpoint, without its data.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="TypeName">The type of its elements, as that format calls it.</param>
/// <param name="Type">The same, or null for a type that no weights are of.</param>
/// <param name="Shape">Sizes of its axes; empty for a scalar.</param>
public sealed record CheckpointTensor(string Name, string TypeName, ElementType? Type, IReadOnlyList<long> Shape)
{
    internal string ShapeText => $"[{string.Join(", ", Shape)}]";

    /// <summary>Elements of the shape.</summary>
    /// <exception cref="WeightsFormatException">There are too many to count, an axis is negative, or there are too many axes.</exception>
    internal static long Count(string name, IReadOnlyList<long> shape)
    {
        if (shape.Count > SafetensorsFile.MaxAxes || shape.Any(size => size < 0))
            throw new WeightsFormatException($"Tensor \"{name}\": [{string.Join(", ", shape)}] is no shape of at most {SafetensorsFile.MaxAxes} axes.");
        try
        {
            return shape.Aggregate(1L, (count, size) => checked(count * size));
        }
        catch (OverflowException e)
        {
            throw new WeightsFormatException($"Tensor \"{name}\": the shape [{string.Join(", ", shape)}] is too large.", e);
        }
    }
}
