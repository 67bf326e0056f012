namespace Delg.Model.Network;

/// <summary>How many bottleneck units each of the four stages has.</summary>
public readonly record struct StageUnits(int Conv2, int Conv3, int Conv4, int Conv5)
{
    public static StageUnits ResNet50 { get; } = new(3, 4, 6, 3);

    public static StageUnits ResNet101 { get; } = new(3, 4, 23, 3);

    internal int this[int stage] => stage switch
    {
        0 => Conv2,
        1 => Conv3,
        2 => Conv4,
        3 => Conv5,
        _ => throw new ArgumentOutOfRangeException(nameof(stage)),
    };
}
