using Delg.Imaging;
using Delg.Model.Extraction;
using Delg.Model.Network;
using static TorchSharp.torch;

namespace Delg.Model.Tests.Extraction;

public class PyramidLevelTests
{
    private static readonly InputNormalization _normalization = new(ChannelOrder.Bgr, new ChannelTriple(100, 110, 120), new ChannelTriple(50, 60, 70));

    [Theory]
    [InlineData(37, 53)]
    [InlineData(74, 106)]
    [InlineData(90, 41)]
    [InlineData(9, 13)]
    [InlineData(1, 1)]
    public void Of_AnySize_EqualsTorchsInterpolationOfTheNormalisedPicture(int width, int height)
    {
        using var scope = NewDisposeScope();
        RgbImage[] pictures = [Noise(1), Noise(2)];

        Tensor level = PyramidLevel.Of(pictures, width, height, _normalization, ScalarType.Float32);
        Tensor rounded = PyramidLevel.Of(pictures, width, height, _normalization, ScalarType.BFloat16);

        Tensor expected = nn.functional.interpolate(cat([.. pictures.Select(Normalised)]), [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
        Assert.Equal([2, 3, height, width], level.shape);
        Assert.True(level.allclose(expected, 1e-4, 1e-4));
        Assert.True(rounded.equal(level.to_type(ScalarType.BFloat16)).all().item<bool>());
    }

    private static Tensor Normalised(RgbImage picture)
    {
        Tensor bgr = tensor(picture.Pixels.Select(p => (float)p).ToArray()).view(1, picture.Height, picture.Width, 3).permute(0, 3, 1, 2).flip(1);
        return (bgr - tensor(new float[] { 100, 110, 120 }).view(1, 3, 1, 1)) / tensor(new float[] { 50, 60, 70 }).view(1, 3, 1, 1);
    }

    private static RgbImage Noise(int seed)
    {
        var picture = new RgbImage(37, 53);
        new Random(seed).NextBytes(picture.Pixels);
        return picture;
    }
}
