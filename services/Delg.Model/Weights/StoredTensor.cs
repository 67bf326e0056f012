namespace Delg.Model.Weights;

/// <summary>A named tensor as it lies in a file: little-endian, row-major.</summary>
/// <param name="Name">Its name in the state dictionary.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Sizes of its axes; empty for a scalar.</param>
/// <param name="Data">Its elements: as many bytes as shape and type need.</param>
public sealed record StoredTensor(string Name, ElementType Type, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Data)
{
    internal string ShapeText => $"[{string.Join(", ", Shape)}]";
}
