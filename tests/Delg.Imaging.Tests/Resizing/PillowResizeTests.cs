using Delg.Imaging.Resizing;

namespace Delg.Imaging.Tests.Resizing;

public sealed class PillowResizeTests
{
    [Fact]
    public void Bilinear_TwoPixelsToOne_IsTheirMeanRoundedUp()
    {
        // One output centre between both inputs: equal weights. (10 + 21) / 2 = 15.5 rounds to 16.
        var source = new RgbImage(2, 1, [10, 0, 255, 21, 1, 0]);

        Assert.Equal<byte>([16, 1, 128], PillowResize.Bilinear(source, 1, 1).Pixels);
    }

    [Fact]
    public void Bilinear_FourPixelsToTwo_WeighsThemByTheWidenedTriangle()
    {
        // Scale 2, so the triangle has half-width 2: output 0 is centred at 1.0 and sees inputs 0, 1, 2 (centres 0.5, 1.5, 2.5)
        // with weights 3/4, 3/4, 1/4 over 7/4. Input (0, 70, 140, 210) → (0·3 + 70·3 + 140·1)/7 = 50, and by symmetry 160.
        var source = Grey([0, 70, 140, 210], 4, 1);

        Assert.Equal<byte>([50, 50, 50, 160, 160, 160], PillowResize.Bilinear(source, 2, 1).Pixels);
    }

    [Fact]
    public void Bilinear_TwoRowsToFour_InterpolatesBetweenCentres()
    {
        // Output centres at 0.25, 0.75, 1.25, 1.75 of the input: 0, a quarter, three quarters, 100.
        var source = Grey([0, 100], 1, 2);

        Assert.Equal<byte>([0, 0, 0, 25, 25, 25, 75, 75, 75, 100, 100, 100], PillowResize.Bilinear(source, 1, 4).Pixels);
    }

    [Fact]
    public void Bilinear_SevenPixelsToThree_EqualsPillow()
    {
        // Taken from Pillow 9.4: Image.resize((3, 1), BILINEAR) of these seven grey pixels.
        var source = Grey([3, 250, 17, 99, 180, 42, 222], 7, 1);

        Assert.Equal<byte>(PillowSevenToThree, PillowResize.Bilinear(source, 3, 1).Pixels.Where((_, i) => i % 3 == 0).ToArray());
    }

    [Theory]
    [InlineData(64, 48, 17, 13)]
    [InlineData(64, 48, 200, 31)]
    [InlineData(65, 47, 64, 48)]
    [InlineData(5, 300, 5, 7)]
    [InlineData(300, 5, 7, 5)]
    [InlineData(1, 1, 9, 4)]
    [InlineData(400, 3, 1, 1)]
    public void Bilinear_Noise_IsWithinOneOfTheExactFilter(int width, int height, int newWidth, int newHeight)
    {
        var source = Noise(width, height, seed: 7);

        var resized = PillowResize.Bilinear(source, newWidth, newHeight);

        double[] exact = ExactTriangleFilter(source, newWidth, newHeight);
        for (int i = 0; i < exact.Length; i++)
            Assert.InRange(resized.Pixels[i], exact[i] - 1.01, exact[i] + 1.01);
    }

    [Theory]
    [InlineData(641, 479, 320, 240)]
    [InlineData(33, 29, 100, 90)]
    [InlineData(16, 2000, 11, 33)]
    public void Bilinear_VectorAndScalarPaths_AgreeToTheByte(int width, int height, int newWidth, int newHeight)
    {
        if (!System.Runtime.Intrinsics.X86.Avx2.IsSupported)
            Assert.Skip("This processor has no AVX2.");
        var source = Noise(width, height, seed: 3);

        Assert.Equal(
            PillowResize.Bilinear(source, newWidth, newHeight, vectorised: false).Pixels,
            PillowResize.Bilinear(source, newWidth, newHeight, vectorised: true).Pixels);
    }

    [Fact]
    public void Bilinear_SameSize_IsTheSourceItself()
    {
        var source = Noise(8, 8, seed: 1);

        Assert.Same(source, PillowResize.Bilinear(source, 8, 8));
    }

    [Fact]
    public void Bilinear_Large_IsFlatWhereTheSourceIsFlat()
    {
        // Large enough for the parallel path.
        var source = new RgbImage(2500, 1600);
        Array.Fill(source.Pixels, (byte)200);

        Assert.All(PillowResize.Bilinear(source, 1024, 655).Pixels, b => Assert.Equal(200, b));
    }

    [Fact]
    public void Bilinear_ZeroWidth_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>("width", () => PillowResize.Bilinear(new RgbImage(2, 2), 0, 1));

    private static ReadOnlySpan<byte> PillowSevenToThree => [112, 104, 136];

    private static RgbImage Grey(byte[] values, int width, int height) => new(width, height, [.. values.SelectMany(v => new[] { v, v, v })]);

    private static RgbImage Noise(int width, int height, int seed)
    {
        var image = new RgbImage(width, height);
        new Random(seed).NextBytes(image.Pixels);
        return image;
    }

    /// <summary>The filter's definition in double precision over both axes at once, nothing rounded in between.</summary>
    private static double[] ExactTriangleFilter(RgbImage source, int width, int height)
    {
        double[][] columns = Weights(source.Width, width);
        double[][] rows = Weights(source.Height, height);
        var result = new double[width * height * 3];
        for (int i = 0; i < result.Length; i++)
        {
            int channel = i % 3, x = i / 3 % width, y = i / 3 / width;
            double sum = 0;
            for (int v = 0; v < source.Height; v++)
            {
                if (rows[y][v] == 0)
                    continue;
                double row = 0;
                for (int u = 0; u < source.Width; u++)
                    row += columns[x][u] * source.Pixels[(v * source.Width + u) * 3 + channel];
                sum += rows[y][v] * row;
            }

            result[i] = sum;
        }

        return result;
    }

    private static double[][] Weights(int inputs, int outputs)
    {
        double scale = (double)inputs / outputs;
        double halfWidth = Math.Max(1, scale);
        return
        [
            .. Enumerable.Range(0, outputs).Select(o =>
            {
                double[] weights = [.. Enumerable.Range(0, inputs).Select(i => Math.Max(0, 1 - Math.Abs(i + 0.5 - (o + 0.5) * scale) / halfWidth))];
                double sum = weights.Sum();
                return weights.Select(w => w / sum).ToArray();
            }),
        ];
    }
}
