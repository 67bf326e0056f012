namespace Delg.Model.Weights.Import.Layouts;

/// <summary>One of our trunk's tensors, taken apart so that others' names can be made of it.</summary>
/// <param name="Stage">1 to 4 for conv2 to conv5; 0 for the stem.</param>
/// <param name="Unit">The bottleneck unit, counted from 0.</param>
/// <param name="Convolution">1 to 3 for the branch's convolutions; 0 for the projection. 1 in the stem.</param>
/// <param name="IsNormalization">Whether it belongs to the batch normalisation behind that convolution.</param>
/// <param name="Leaf">weight, bias, running_mean or running_var.</param>
internal readonly record struct TrunkTensor(int Stage, int Unit, int Convolution, bool IsNormalization, string Leaf)
{
    /// <param name="name">A name of <see cref="Network.StateShapes.Trunk"/>.</param>
    public static TrunkTensor Parse(string name) => name.Split('.') switch
    {
        [_, var module, var leaf] => new(0, 0, 1, module == "bn1", leaf),
        [_, var stage, var unit, "downsample", var part, var leaf] => new(Number(stage), Number(unit), 0, part == "1", leaf),
        [_, var stage, var unit, var module, var leaf] => new(Number(stage), Number(unit), Number(module), module.StartsWith("bn", StringComparison.Ordinal), leaf),
        _ => throw new ArgumentException($"{name} is no tensor of a trunk.", nameof(name)),
    };

    /// <summary>The leaf as TensorFlow calls it; <paramref name="weight"/> and <paramref name="bias"/> are those of a convolution.</summary>
    public string TensorFlowLeaf(string weight, string bias) => (IsNormalization, Leaf) switch
    {
        (false, "weight") => weight,
        (false, _) => bias,
        (true, "weight") => "gamma",
        (true, "bias") => "beta",
        (true, "running_mean") => "moving_mean",
        _ => "moving_variance",
    };

    private static int Number(string part) =>
        int.Parse(part.AsSpan().TrimStart("abcdefghijklmnopqrstuvwxyz"), System.Globalization.CultureInfo.InvariantCulture);
}
