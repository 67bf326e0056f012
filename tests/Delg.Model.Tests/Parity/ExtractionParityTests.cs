using Delg.Imaging;
using Delg.Model.Extraction;
using Delg.Model.Network;
using Delg.Model.Weights;
using static TorchSharp.torch;

namespace Delg.Model.Tests.Parity;

/// <summary>
/// Whole multi-scale extraction, pictures in and features out in their order, against the published steps one after another in
/// <c>reference.py</c> (with Pillow's resizing and PyTorch's convolutions).
/// </summary>
public sealed class ExtractionParityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("delg-parity-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Extract_PicturesAndBoxes_EqualsTheReferencePositionForPosition()
    {
        PythonTorch.Require();
        using var scope = NewDisposeScope();
        (ModelLayout Layout, RgbImage Picture, QueryBox? Box)[] inputs =
        [
            (SmallModel.Layout, DrawnNoise.Picture(310, 217, seed: 1), null),
            (SmallModel.Layout, DrawnNoise.Picture(310, 217, seed: 2), new QueryBox(40.5, 20.4, 251.5, 180.6)),
            (Small(ModelLayout.TensorFlowSlim), DrawnNoise.Picture(190, 241, seed: 3), null),
            (Small(ModelLayout.Keras), DrawnNoise.Picture(150, 131, seed: 4), null),
            (Small(ModelLayout.Feymanpriv) with { LocalDimension = 16, GemPower = 2.7f }, DrawnNoise.Picture(201, 88, seed: 5), new QueryBox(0, 0, 120, 88)),
        ];
        var cases = new List<(ReferenceCase Case, ModelManifest Manifest, ImageFeatures Features)>();
        foreach ((ModelLayout layout, RgbImage picture, QueryBox? box) in inputs)
        {
            // A threshold amid the scores and a limit below what passes it, so that both have work to do.
            ModelManifest manifest = new() { Name = "case", Layout = layout, MaxImageSizePixels = 160, MaxLocalFeatures = 60 };
            float[] scores = Extract(manifest, picture, box).Scores;
            manifest = manifest with { AttentionThreshold = (scores[^8] + scores[^7]) / 2, MaxLocalFeatures = scores.Length - 15 };
            using DelgNetwork network = SmallModel.Network(layout: layout);
            ReferenceCase written = new ReferenceCase(_folder, $"{cases.Count}").Write("extraction", manifest, network, picture, box);
            cases.Add((written, manifest, Extract(manifest, picture, box)));
        }

        PythonTorch.RunReference(_folder);

        foreach ((ReferenceCase written, ModelManifest manifest, ImageFeatures features) in cases)
        {
            Dictionary<string, Tensor> expected = written.Read();
            float[] scores = expected["scores"].data<float>().ToArray();
            Assert.Equal(manifest.MaxLocalFeatures, scores.Length);
            // Scores that float32 cannot tell apart would make the order a matter of luck.
            Assert.All(scores.Zip(scores.Skip(1)), pair => Assert.True(pair.First - pair.Second > 2e-6 * pair.First, $"{written.Name}: {pair}"));
            Agreement.AssertEqual("scores", expected["scores"], tensor(features.Scores));
            Agreement.AssertEqual("keypoints", expected["keypoints"], tensor(features.Keypoints).view(-1, 2));
            Agreement.AssertEqual("scales", expected["scales"], tensor(features.Scales));
            Agreement.AssertEqual("descriptors", expected["descriptors"], tensor(features.Descriptors).view(features.Count, -1));
            Agreement.AssertEqual("global", expected["global"], tensor(features.Global));
            Assert.True(features.Scales.Distinct().Count() > 1);
        }
    }

    private static ModelLayout Small(ModelLayout layout) => layout with
    {
        Units = SmallModel.Layout.Units,
        Width = SmallModel.Layout.Width,
        GlobalDimension = SmallModel.Layout.GlobalDimension,
        LocalDimension = SmallModel.Layout.LocalDimension,
        AttentionDimension = SmallModel.Layout.AttentionDimension,
    };

    private static ImageFeatures Extract(ModelManifest manifest, RgbImage picture, QueryBox? box)
    {
        var model = new DelgModel(new ModelId("case", "0123456789ab"), manifest, SmallModel.Network(layout: manifest.Layout));
        using var extractor = new DelgExtractor(model, new ExtractionOptions { Precision = InferencePrecision.Float32 });
        return extractor.Extract(picture, box, TestContext.Current.CancellationToken);
    }
}
