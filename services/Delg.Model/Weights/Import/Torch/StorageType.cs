namespace Delg.Model.Weights.Import.Torch;

/// <summary>What elements a PyTorch storage has.</summary>
/// <param name="Name">As PyTorch calls it, without "Storage".</param>
/// <param name="Bytes">Bytes an element takes.</param>
/// <param name="Type">The same as ours, or null for a type that no weights are of.</param>
internal sealed record StorageType(string Name, int Bytes, ElementType? Type)
{
    /// <summary>The classes of module <c>torch</c> that stand for storages, by name.</summary>
    public static IReadOnlyDictionary<string, StorageType> ByClass { get; } = new StorageType[]
    {
        new("Float", 4, ElementType.F32),
        new("Half", 2, ElementType.F16),
        new("BFloat16", 2, ElementType.BF16),
        new("Char", 1, ElementType.I8),
        new("Byte", 1, ElementType.U8),
        new("Long", 8, ElementType.I64),
        new("Double", 8, null),
        new("Int", 4, null),
        new("Short", 2, null),
        new("Bool", 1, null),
        new("ComplexFloat", 8, null),
        new("ComplexDouble", 16, null),
    }.ToDictionary(t => t.Name + "Storage", StringComparer.Ordinal);
}
