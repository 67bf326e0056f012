using Delg.Model.Network;
using static TorchSharp.torch;

namespace Delg.Model.Weights.Import;

/// <summary>Carries a checkpoint's tensors into a network, all or none.</summary>
internal sealed class NetworkFilling
{
    // A message that names every tensor of a network helps nobody.
    private const int MistakesShown = 12;

    private readonly Checkpoint _checkpoint;
    private readonly NetworkMapping _mapping;

    /// <summary>Holds names, types and shapes against the layout; no data are read and no memory is taken for a network.</summary>
    /// <exception cref="WeightsFormatException">At least one tensor is missing, of another shape, or of a type that weights are not of.</exception>
    public NetworkFilling(Checkpoint checkpoint, NetworkMapping mapping)
    {
        _checkpoint = checkpoint;
        _mapping = mapping;
        List<string> mistakes = [];
        try
        {
            mapping.Layout.Validate();
        }
        catch (ArgumentException e)
        {
            throw new WeightsFormatException($"{e.Message} Nothing was imported.", e);
        }
        foreach ((string ours, long[] shape) in mapping.IsTrunkOnly ? StateShapes.Trunk(mapping.Layout) : StateShapes.Of(mapping.Layout))
        {
            string theirs = mapping.Sources.GetValueOrDefault(ours, ours);
            if (!checkpoint.Tensors.TryGetValue(theirs, out CheckpointTensor? tensor))
            {
                if (!mapping.Optional.ContainsKey(ours))
                    mistakes.Add($"{theirs} is missing");
            }
            else if (tensor.Type is not (ElementType.F32 or ElementType.F16 or ElementType.BF16))
            {
                mistakes.Add($"{theirs} is of {tensor.TypeName}; weights are 32 or 16 bit floating point");
            }
            else if (!Squeezed(Turned(tensor.Shape)).SequenceEqual(Squeezed(shape)))
            {
                mistakes.Add($"{theirs} has the shape {tensor.ShapeText} instead of {Expected(shape)}");
            }
        }
        if (mistakes.Count > 0)
        {
            throw new WeightsFormatException(
                $"Not the weights of {mapping.Family}, nothing was imported: {string.Join("; ", mistakes.Take(MistakesShown))}"
                + (mistakes.Count > MistakesShown ? $"; and {mistakes.Count - MistakesShown} more." : "."));
        }
    }

    /// <summary>Our names that the checkpoint has a tensor for.</summary>
    public IEnumerable<(string Ours, CheckpointTensor Theirs)> Used =>
        from source in _mapping.Sources
        where _checkpoint.Tensors.ContainsKey(source.Value)
        select (source.Key, _checkpoint.Tensors[source.Value]);

    /// <summary>Our names that zeros stand for.</summary>
    public IEnumerable<string> Absent => _mapping.Optional.Keys.Where(ours => !_checkpoint.Tensors.ContainsKey(_mapping.Sources.GetValueOrDefault(ours, ours)));

    /// <summary>One tensor as float32, its axes in our order and its shape ours.</summary>
    /// <exception cref="WeightsFormatException">Its data are damaged or not finite.</exception>
    public Tensor Read(CheckpointTensor theirs, long[] shape)
    {
        using var scope = NewDisposeScope();
        Tensor value = TensorCodec.ToFloat32(_checkpoint.Read(theirs.Name));
        if (_checkpoint.IsOutputsLast)
            value = value.dim() switch { 4 => value.permute(3, 2, 0, 1), 2 => value.transpose(0, 1), _ => value };
        return value.reshape(shape).MoveToOuterDisposeScope();
    }

    /// <summary>Reads everything, then fills the network. Should reading fail, the network is unchanged.</summary>
    /// <exception cref="WeightsFormatException">A tensor's data are damaged or not finite.</exception>
    public void CopyTo(DelgNetwork network)
    {
        using var scope = NewDisposeScope();
        using IDisposable gradients = no_grad();
        Dictionary<string, Tensor> state = network.state_dict();
        List<(Tensor Target, Tensor Value)> values = [.. Used.Select(t => (state[t.Ours], Read(t.Theirs, state[t.Ours].shape)))];
        foreach ((Tensor target, Tensor value) in values) target.copy_(value);
        foreach (string ours in Absent) state[ours].zero_();
    }

    private IReadOnlyList<long> Turned(IReadOnlyList<long> shape) => !_checkpoint.IsOutputsLast ? shape : shape.Count switch
    {
        4 => [shape[3], shape[2], shape[0], shape[1]],
        2 => [shape[1], shape[0]],
        _ => shape,
    };

    private string Expected(long[] shape) => _checkpoint.IsOutputsLast && shape.Length is 2 or 4
        ? $"[{string.Join(", ", shape.Length == 4 ? [shape[2], shape[3], shape[1], shape[0]] : shape.Reverse())}]"
        : $"[{string.Join(", ", shape)}]";

    // A 1×1 convolution and a matrix hold the same.
    private static IEnumerable<long> Squeezed(IReadOnlyList<long> shape) =>
        shape.Count == 4 && shape[2] == 1 && shape[3] == 1 ? shape.Take(2) : shape;
}
