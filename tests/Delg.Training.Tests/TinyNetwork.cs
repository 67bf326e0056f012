using Delg.Model.Network;

namespace Delg.Training;

internal static class TinyNetwork
{
    /// <summary>A network of all the real one's parts, small enough to train within a test.</summary>
    public static ModelLayout Layout { get; } = ModelLayout.ResNetV1 with
    {
        Units = new StageUnits(1, 1, 1, 1),
        Width = 4,
        GlobalDimension = 32,
        LocalDimension = 16,
        AttentionDimension = 16,
    };
}
