using Delg.Imaging;
using Delg.Imaging.Resizing;
using Delg.Model.Network;
using Delg.Model.Weights;
using static TorchSharp.torch;

namespace Delg.Model.Tests.Extraction;

/// <summary>
/// The published order of operations, one plain loop a step, without any sharing of work: what the extractor is held against.
/// </summary>
internal static class PublishedExtraction
{
    public static (float[] Global, List<Feature> Local) Extract(
        DelgNetwork network, ModelManifest manifest, RgbImage picture, (int Left, int Top, int Right, int Bottom)? box)
    {
        using var scope = NewDisposeScope();
        using IDisposable gradients = no_grad();

        // 2. A query is cropped.
        (int left, int top, int right, int bottom) = box ?? (0, 0, picture.Width, picture.Height);
        var crop = new RgbImage(right - left, bottom - top);
        for (int y = 0; y < crop.Height; y++)
        {
            for (int x = 0; x < crop.Width * 3; x++)
                crop.Row(y)[x] = picture.Row(top + y)[left * 3 + x];
        }
        double resizeFactor = (double)Math.Max(crop.Width, crop.Height) / Math.Max(picture.Width, picture.Height);

        // 3. The larger side is limited.
        double limit = resizeFactor * manifest.MaxImageSizePixels, larger = Math.Max(crop.Width, crop.Height);
        double f = larger > limit ? limit / larger : 1;
        RgbImage resized = PillowResize.Bilinear(crop, (int)Math.Round(crop.Width * f), (int)Math.Round(crop.Height * f));
        double factorX = (double)resized.Width / crop.Width, factorY = (double)resized.Height / crop.Height;

        // 4. Too small for features.
        if (Math.Min(resized.Width, resized.Height) < 10)
            return ([], []);

        // 5. Normalise.
        var planes = new float[3, resized.Height, resized.Width];
        InputNormalization rule = manifest.Layout.Normalization;
        float[] means = [rule.Mean.First, rule.Mean.Second, rule.Mean.Third];
        float[] deviations = [rule.Deviation.First, rule.Deviation.Second, rule.Deviation.Third];
        for (int c = 0; c < 3; c++)
        {
            int source = rule.Order == ChannelOrder.Rgb ? c : 2 - c;
            for (int y = 0; y < resized.Height; y++)
            {
                for (int x = 0; x < resized.Width; x++)
                    planes[c, y, x] = (resized.Row(y)[x * 3 + source] - means[c]) / deviations[c];
            }
        }

        var all = new List<Feature>();
        Tensor sum = zeros(manifest.Layout.GlobalDimension);
        for (int i = 0; i < manifest.Scales.Count; i++)
        {
            // 6. The network at every scale.
            float s = manifest.Scales[i];
            float[,,] scaled = Resize(planes, (int)MathF.Round(resized.Height * s), (int)MathF.Round(resized.Width * s));
            Tensor input = tensor(scaled.Cast<float>().ToArray()).reshape(1, 3, scaled.GetLength(1), scaled.GetLength(2));
            (Tensor shallow, Tensor deep) = network.Trunk(input);
            if (manifest.GlobalScaleIndices.Contains(i))
            {
                Tensor whitened = network.Global(deep)[0];
                sum += whitened / whitened.norm();
            }
            Tensor attention = network.Attention(shallow), codes = network.Encode(shallow);

            // 7. Positions at or above the threshold; centres of their boxes.
            for (int row = 0; row < attention.shape[2]; row++)
            {
                for (int column = 0; column < attention.shape[3]; column++)
                {
                    float score = attention[0, 0, row, column].item<float>();
                    if (score < manifest.AttentionThreshold)
                        continue;
                    Tensor code = codes[0, .., row, column];
                    all.Add(new Feature(
                        left + manifest.Layout.LocalStride * column / s / factorX,
                        top + manifest.Layout.LocalStride * row / s / factorY,
                        1 / s, score, (code / code.norm()).data<float>().ToArray()));
                }
            }
        }

        // 8. The highest scores; 10. the global descriptor.
        List<Feature> best = [.. all.OrderByDescending(p => p.Score).Take(manifest.MaxLocalFeatures)];
        return ((sum / sum.norm()).data<float>().ToArray(), best);
    }

    private static float[,,] Resize(float[,,] image, int height, int width)
    {
        (int oldHeight, int oldWidth) = (image.GetLength(1), image.GetLength(2));
        var result = new float[3, height, width];
        for (int y = 0; y < height; y++)
        {
            (int y0, int y1, double fy) = Neighbours(y, height, oldHeight);
            for (int x = 0; x < width; x++)
            {
                (int x0, int x1, double fx) = Neighbours(x, width, oldWidth);
                for (int c = 0; c < 3; c++)
                {
                    result[c, y, x] = (float)(
                        (1 - fy) * ((1 - fx) * image[c, y0, x0] + fx * image[c, y0, x1])
                        + fy * ((1 - fx) * image[c, y1, x0] + fx * image[c, y1, x1]));
                }
            }
        }
        return result;
    }

    private static (int Low, int High, double Weight) Neighbours(int index, int size, int oldSize)
    {
        double centre = (index + 0.5) * oldSize / size - 0.5;
        int low = (int)Math.Floor(centre);
        return (Math.Clamp(low, 0, oldSize - 1), Math.Clamp(low + 1, 0, oldSize - 1), centre - low);
    }

    public sealed record Feature(double X, double Y, float Scale, float Score, float[] Descriptor);
}
