using Delg.Model.Network;

namespace Delg.Model.Weights.Import;

/// <summary>What became of a checkpoint's tensors.</summary>
public sealed record ImportReport
{
    /// <summary>The kind of file.</summary>
    public required string Format { get; init; }

    /// <summary>The family of networks that the names belong to.</summary>
    public required string Family { get; init; }

    public required ModelLayout Layout { get; init; }

    /// <summary>The weights written; null if they are a trunk alone, which has no identity.</summary>
    public required ModelId? ModelId { get; init; }

    /// <summary>The manifest written; null for a trunk alone.</summary>
    public required ModelManifest? Manifest { get; init; }

    /// <summary>Tensors that are in the network now.</summary>
    public required IReadOnlyList<UsedTensor> Used { get; init; }

    /// <summary>Tensors that the network has no place for: classifiers, optimisers' state, counters.</summary>
    public required IReadOnlyList<CheckpointTensor> Unused { get; init; }

    /// <summary>Tensors of ours that the checkpoint lacks and can lack: they are zero.</summary>
    public required IReadOnlyList<MissingTensor> Missing { get; init; }

    /// <summary>What was assumed.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }
}

/// <param name="Tensor">Theirs.</param>
/// <param name="BecomesName">Our name of it; null if it went into the layout.</param>
public sealed record UsedTensor(CheckpointTensor Tensor, string? BecomesName);

/// <param name="Name">Our name of it.</param>
/// <param name="Reason">Why zeros may stand for it.</param>
public sealed record MissingTensor(string Name, string Reason);
