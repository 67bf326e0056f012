using System.Globalization;

namespace Delg.Model.Weights.Import.Torch;

/// <summary>
/// Lists the tensors anywhere in what a pickle built. A name is the way to the tensor: keys and places in lists joined by <c>/</c>, so
/// that a plain state dictionary gives its own keys, and one inside a checkpoint gives <c>model_state/…</c>.
/// </summary>
internal static class StateDictionary
{
    private const int MaxDepth = 32;
    private const int MaxTensors = 20_000;
    private const int MaxNameLength = 1024;

    // Containers may be shared, and then hold their content as often as they are referred to.
    private const int MaxVisits = PickleReader.MaxValues;

    /// <exception cref="WeightsFormatException">There is no tensor, one name is there twice, or containers are nested too deep.</exception>
    public static Dictionary<string, TorchTensor> Of(object? root)
    {
        var tensors = new Dictionary<string, TorchTensor>(StringComparer.Ordinal);
        int visits = 0;
        Walk(root, "", 0);
        return tensors.Count > 0 ? tensors : throw new WeightsFormatException("No tensor is in the file.");

        void Walk(object? value, string path, int depth)
        {
            if (depth > MaxDepth || ++visits > MaxVisits)
                throw new WeightsFormatException($"Containers are nested more than {MaxDepth} deep, or in a circle.");
            if (path.Length > MaxNameLength)
                throw new WeightsFormatException($"A tensor's name has more than {MaxNameLength} letters.");
            switch (value)
            {
                case TorchTensor when tensors.Count == MaxTensors:
                    throw new WeightsFormatException($"More than {MaxTensors} tensors are in the file.");
                case TorchTensor tensor:
                    if (!tensors.TryAdd(path, tensor))
                        throw new WeightsFormatException($"Tensor \"{path}\" is there twice.");
                    break;
                case PickleDictionary dictionary:
                    foreach ((object key, object? item) in dictionary.Pairs)
                        Walk(item, Join(path, Convert.ToString(key, CultureInfo.InvariantCulture)!), depth + 1);
                    break;
                case List<object?> list:
                    for (int i = 0; i < list.Count; i++)
                        Walk(list[i], Join(path, i.ToString(CultureInfo.InvariantCulture)), depth + 1);
                    break;
                case object?[] tuple:
                    for (int i = 0; i < tuple.Length; i++)
                        Walk(tuple[i], Join(path, i.ToString(CultureInfo.InvariantCulture)), depth + 1);
                    break;
            }
        }
    }

    private static string Join(string path, string part) => path.Length == 0 ? part : $"{path}/{part}";
}
