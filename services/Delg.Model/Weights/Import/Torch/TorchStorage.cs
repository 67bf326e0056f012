namespace Delg.Model.Weights.Import.Torch;

/// <summary>A run of elements in the file that tensors are views of, as a pickle refers to it.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">What its elements are.</param>
/// <param name="Count">Elements it is said to have.</param>
/// <param name="Offset">Where this reference begins in it, in elements (views of storages, in old files).</param>
internal sealed record TorchStorage(string Key, StorageType Type, long Count, long Offset);
