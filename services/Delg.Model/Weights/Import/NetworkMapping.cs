using Delg.Model.Network;

namespace Delg.Model.Weights.Import;

/// <summary>Which tensor of a checkpoint becomes which of ours.</summary>
/// <param name="Family">The family of networks, in words.</param>
/// <param name="Layout">The layout of the network that the checkpoint holds.</param>
/// <param name="Sources">Our names, to theirs.</param>
public sealed record NetworkMapping(string Family, ModelLayout Layout, IReadOnlyDictionary<string, string> Sources)
{
    /// <summary>Our names that may be absent from the checkpoint, and why zeros may stand for them.</summary>
    public IReadOnlyDictionary<string, string> Optional { get; init; } = new Dictionary<string, string>();

    /// <summary>Their names that the layout was read from, such as a learnt pooling power's.</summary>
    public IReadOnlyList<string> ReadIntoLayout { get; init; } = [];

    /// <summary>Whether only the trunk is there: something to train from, not to search with.</summary>
    public bool IsTrunkOnly { get; init; }
}
