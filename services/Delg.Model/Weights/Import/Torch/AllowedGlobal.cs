namespace Delg.Model.Weights.Import.Torch;

/// <summary>
/// The Python names that a pickle may use, and what stands for them here. A pickle is a program that can call anything by name; this list
/// is all that there is to call.
/// </summary>
internal abstract record AllowedGlobal
{
    private static readonly Dictionary<string, AllowedGlobal> _all = new(StringComparer.Ordinal)
    {
        ["collections.OrderedDict"] = new Callable("collections.OrderedDict", OrderedDict),
        ["torch.Size"] = new Callable("torch.Size", Size),
        ["torch._utils._rebuild_tensor"] = new Callable("torch._utils._rebuild_tensor", Tensor),
        ["torch._utils._rebuild_tensor_v2"] = new Callable("torch._utils._rebuild_tensor_v2", Tensor),
        ["torch._utils._rebuild_parameter"] = new Callable("torch._utils._rebuild_parameter", Parameter),
    };

    /// <exception cref="WeightsFormatException">The name is not allowed; the message names it.</exception>
    public static AllowedGlobal Of(string module, string name)
    {
        if (module is "torch" && StorageType.ByClass.TryGetValue(name, out StorageType? type))
            return new StorageClass(type);
        return _all.TryGetValue($"{module}.{name}", out AllowedGlobal? allowed)
            ? allowed
            : throw new WeightsFormatException(
                $"The file asks for {module}.{name}. Only tensors and plain containers are read; save the state dictionary alone.");
    }

    private static PickleDictionary OrderedDict(object?[] arguments)
    {
        var dictionary = new PickleDictionary();
        if (arguments is [])
            return dictionary;
        if (arguments is not [List<object?> pairs])
            throw Wrong("collections.OrderedDict");
        foreach (object? pair in pairs)
        {
            switch (pair)
            {
                case object?[] and [var key, var value]:
                    dictionary.Add(key, value);
                    break;
                case List<object?> and [var key, var value]:
                    dictionary.Add(key, value);
                    break;
                default:
                    throw Wrong("collections.OrderedDict");
            }
        }
        return dictionary;
    }

    private static object?[] Size(object?[] arguments) => arguments is [object?[] sizes] ? sizes : throw Wrong("torch.Size");

    private static TorchTensor Tensor(object?[] arguments) => arguments is [TorchStorage storage, long offset, object?[] shape, object?[] strides, ..]
        ? TorchTensor.View(storage, offset, Numbers(shape), Numbers(strides))
        : throw Wrong("torch._utils._rebuild_tensor");

    private static TorchTensor Parameter(object?[] arguments) => arguments is [TorchTensor tensor, ..] ? tensor : throw Wrong("torch._utils._rebuild_parameter");

    private static long[] Numbers(object?[] tuple) => [.. tuple.Select(item => item is long number ? number : throw Wrong("torch._utils._rebuild_tensor"))];

    private static WeightsFormatException Wrong(string name) => new($"{name} is called with arguments that it does not take.");

    /// <summary>Something a pickle calls.</summary>
    public sealed record Callable(string Name, Func<object?[], object> Call) : AllowedGlobal;

    /// <summary>A storage class, named in references to storages.</summary>
    public sealed record StorageClass(StorageType Type) : AllowedGlobal;
}
