using Delg.Imaging;
using Delg.Imaging.Resizing;

namespace Delg.Training.Data;

/// <summary>
/// Photos in few shapes: convolution libraries prepare code for each new one, which can take longer than running it.
/// </summary>
internal static class RoundedSides
{
    private const int StepPixels = 32;

    /// <summary>The photo with both sides resized to the nearest multiple of 32 pixels.</summary>
    public static RgbImage Of(RgbImage photo)
    {
        (int width, int height) = SizeOf(photo);
        return PillowResize.Bilinear(photo, width, height);
    }

    public static (int Width, int Height) SizeOf(RgbImage photo) => (Round(photo.Width), Round(photo.Height));

    private static int Round(int side) => Math.Max(StepPixels, (side + StepPixels / 2) / StepPixels * StepPixels);
}
