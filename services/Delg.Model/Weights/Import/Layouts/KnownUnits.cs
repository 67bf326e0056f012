using Delg.Model.Network;

namespace Delg.Model.Weights.Import.Layouts;

/// <summary>
/// How many units a trunk has, by the names that are there. Only published counts are taken: a file whose last unit is missing must
/// not pass for a smaller network.
/// </summary>
internal static class KnownUnits
{
    /// <summary>Units of a stage that are looked for.</summary>
    public const int Most = 64;

    private static readonly StageUnits[] _known = [StageUnits.ResNet50, StageUnits.ResNet101, new(3, 8, 36, 3)];

    /// <param name="count">Units there are, by stage, counted from 0 (conv2).</param>
    /// <exception cref="WeightsFormatException">No ResNet has that many.</exception>
    public static StageUnits Of(Func<int, int> count)
    {
        var units = new StageUnits(count(0), count(1), count(2), count(3));
        return _known.Contains(units)
            ? units
            : throw new WeightsFormatException(
                $"Not a trunk, nothing was imported: it has {units.Conv2}, {units.Conv3}, {units.Conv4} and {units.Conv5} bottleneck units; "
                + "ResNet-50 has 3, 4, 6 and 3, ResNet-101 3, 4, 23 and 3, ResNet-152 3, 8, 36 and 3.");
    }
}
