namespace Delg.Model.Weights.Import.Torch;

/// <summary>A dictionary of a pickle, in its order. Keys are text or numbers; others are kept out of it by <see cref="PickleReader"/>.</summary>
internal sealed class PickleDictionary
{
    private readonly Dictionary<object, int> _index = [];
    private readonly List<KeyValuePair<object, object?>> _pairs = [];

    public IReadOnlyList<KeyValuePair<object, object?>> Pairs => _pairs;

    /// <exception cref="WeightsFormatException">The key is neither text nor a number, or there already.</exception>
    public void Add(object? key, object? value)
    {
        if (key is not (string or long or double or bool))
            throw new WeightsFormatException("A dictionary has a key that is neither text nor a number.");
        if (!_index.TryAdd(key, _pairs.Count))
            throw new WeightsFormatException($"A dictionary has the key {key} twice.");
        _pairs.Add(new(key, value));
    }
}
