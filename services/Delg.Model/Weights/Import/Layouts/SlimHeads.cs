using Delg.Model.Network;

namespace Delg.Model.Weights.Import.Layouts;

/// <summary>
/// Finds the heads among a graph's variables by what only they can be: maps from the shallow or the deep map's channels, told apart by
/// where their outputs go. Variables of the trunk and of optimisers (named below another variable) are set aside.
/// </summary>
internal sealed record SlimHeads(ModelLayout Layout, IReadOnlyDictionary<string, string> Sources)
{
    // What the published code uses, where shapes alone leave a choice.
    private const int PublishedLocalDimension = 128;

    /// <exception cref="WeightsFormatException">A head is missing, or several variables could be it; the message names them.</exception>
    public static SlimHeads Find(Checkpoint checkpoint, string trunkPrefix, ModelLayout trunk)
    {
        CheckpointTensor[] variables = [.. checkpoint.Tensors.Values.Where(t => !t.Name.StartsWith(trunkPrefix, StringComparison.Ordinal) && !IsSlot(checkpoint, t.Name))];
        Kernel[] kernels = [.. variables.Select(Kernel.Of).OfType<Kernel>()];
        (int shallow, int deep) = (trunk.ShallowChannels, trunk.DeepChannels);

        Kernel whitening = Only("the whitening", $"from {deep} channels", Preferring(kernels.Where(k => k.Inputs == deep), k => k.Outputs == deep));
        Kernel score = Only("the attention's second convolution", "to one channel", kernels.Where(k => k.Outputs == 1));
        Kernel hidden = Only("the attention's first convolution", $"from {shallow} to {score.Inputs} channels", kernels.Where(k => k.Inputs == shallow && k.Outputs == score.Inputs));
        IEnumerable<Kernel> codes = kernels.Where(k => k.Inputs == shallow && k != hidden);
        codes = Preferring(codes, k => kernels.Any(back => back.Inputs == k.Outputs && back.Outputs == shallow));
        Kernel encoder = Only("the encoder", $"from {shallow} channels to fewer", Preferring(codes, k => k.Outputs == PublishedLocalDimension));
        Kernel[] decoder = [.. kernels.Where(k => k.Inputs == encoder.Outputs && k.Outputs == shallow)];

        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        AddHead("global.whitening", whitening);
        AddHead("local.attention.conv1", hidden);
        AddHead("local.attention.conv2", score);
        AddHead("local.autoencoder.encoder", encoder);
        if (decoder.Length > 0)
            AddHead("local.autoencoder.decoder", Only("the decoder", $"from {encoder.Outputs} to {shallow} channels", decoder));
        foreach ((string ours, string theirs) in (ReadOnlySpan<(string, string)>)
            [("weight", "gamma"), ("bias", "beta"), ("running_mean", "moving_mean"), ("running_var", "moving_variance")])
        {
            if ((Near(hidden, score.Inputs, theirs) ?? Anywhere(score.Inputs, theirs)) is { } name)
                sources[$"local.attention.bn.{ours}"] = name;
        }
        ModelLayout layout = trunk with
        {
            GlobalDimension = Size(whitening.Outputs),
            AttentionDimension = Size(score.Inputs),
            LocalDimension = Size(encoder.Outputs),
        };
        return new SlimHeads(layout, sources);

        void AddHead(string ours, Kernel kernel)
        {
            sources[$"{ours}.weight"] = kernel.Name;
            if (Near(kernel, kernel.Outputs, "biases", "bias") is { } bias)
                sources[$"{ours}.bias"] = bias;
        }

        // In the kernel's own scope, or one below it.
        string? Near(Kernel kernel, long size, params string[] leaves) => One(Vectors(size, leaves).Where(n => n.StartsWith(Scope(kernel.Name), StringComparison.Ordinal)));

        // Keras keeps a normalisation beside its convolution; the trunk's are set aside, so that there is one.
        string? Anywhere(long size, string leaf) => One(Vectors(size, leaf));

        IEnumerable<string> Vectors(long size, params string[] leaves) =>
            from v in variables where v.Shape is [var length] && length == size && leaves.Contains(Leaf(v.Name)) select v.Name;

        static string? One(IEnumerable<string> names) => names.Take(2).ToArray() is [var only] ? only : null;
    }

    private static IEnumerable<Kernel> Preferring(IEnumerable<Kernel> candidates, Func<Kernel, bool> preferred)
    {
        Kernel[] all = [.. candidates], some = [.. all.Where(preferred)];
        return some.Length > 0 ? some : all;
    }

    private static Kernel Only(string head, string what, IEnumerable<Kernel> candidates)
    {
        Kernel[] found = [.. candidates];
        return found.Length == 1 ? found[0] : throw new WeightsFormatException(found.Length == 0
            ? $"There is no variable for {head}, {what}; nothing was imported."
            : $"Several variables could be {head}, {what}: {string.Join(", ", found.Select(k => k.Name))}; nothing was imported.");
    }

    private static bool IsSlot(Checkpoint checkpoint, string name)
    {
        for (int slash = name.LastIndexOf('/'); slash > 0; slash = name.LastIndexOf('/', slash - 1))
        {
            if (checkpoint.Tensors.ContainsKey(name[..slash]))
                return true;
        }
        return false;
    }

    private static int Size(long channels) => (int)Math.Min(channels, int.MaxValue);

    private static string Scope(string name) => name[..(name.LastIndexOf('/') + 1)];

    private static string Leaf(string name) => name[(name.LastIndexOf('/') + 1)..];

    /// <summary>A matrix, or a 1×1 convolution.</summary>
    private sealed record Kernel(string Name, long Inputs, long Outputs)
    {
        public static Kernel? Of(CheckpointTensor tensor) => tensor.Shape switch
        {
            [1, 1, var inputs, var outputs] => new Kernel(tensor.Name, inputs, outputs),
            [var inputs, var outputs] => new Kernel(tensor.Name, inputs, outputs),
            _ => null,
        };
    }
}
