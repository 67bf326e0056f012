using Delg.Imaging;
using Delg.Model.Network;
using Delg.Training.Data;
using static TorchSharp.torch;

namespace Delg.Training;

/// <summary>The attention threshold of a trained network, from the scores of training photos over the pyramid's scales.</summary>
internal static class AttentionThreshold
{
    private const int Photos = 100;

    public static float Of(DelgNetwork network, PhotoCache cache, IReadOnlyList<float> scales, double quantile)
    {
        using var scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Device device = network.parameters().First().device;
        var scores = new List<Tensor>();
        PhotoCache sample = cache.Sample(Photos);
        for (int i = 0; i < sample.Count; i++)
        {
            RgbImage photo = RoundedSides.Of(sample[i]);
            using var one = NewDisposeScope();
            Tensor input = network.Normalize(CropTensor.Of(photo, device));
            foreach (float scale in scales)
            {
                long height = (long)Math.Round(photo.Height * scale), width = (long)Math.Round(photo.Width * scale);
                if (Math.Min(height, width) < network.Layout.LocalStride) continue;
                Tensor scaled = nn.functional.interpolate(input, size: [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
                scores.Add(network.Attention(network.Shallow(scaled)).flatten().cpu().MoveToOuterDisposeScope());
            }
        }
        return cat(scores).quantile(tensor((float)quantile)).item<float>();
    }
}
