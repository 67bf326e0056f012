using System.Globalization;
using Delg.Cli.CommandLine;
using Delg.V1;

namespace Delg.Cli.Search;

/// <summary>A region as typed: <c>x,y,w,h</c> in pixels of the upright picture.</summary>
internal static class RegionText
{
    /// <exception cref="WrongUsageException">It is not four numbers, or a side is not above 0.</exception>
    public static Region Parse(string text)
    {
        var words = text.Split(',', StringSplitOptions.TrimEntries);
        var numbers = new float[words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            if (!float.TryParse(words[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) || !float.IsFinite(numbers[i]))
                throw new WrongUsageException($"--region: '{words[i]}' is not a number.");
        }

        return numbers is [var x, var y, var width and > 0, var height and > 0]
            ? new Region { Left = x, Top = y, Right = x + width, Bottom = y + height }
            : throw new WrongUsageException($"--region: '{text}' is not x,y,w,h with a width and height above 0.");
    }
}
