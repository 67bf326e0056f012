using Delg.Model.Extraction;
using Delg.Model.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Delg.Cli.Bench.Extract;

/// <summary>
/// The forward passes that an extraction cannot do without, alone: at each scale the trunk to conv4, and on to conv5 where the global
/// descriptor is taken. The input lies in memory as plain float32.
/// </summary>
internal sealed class TrunkForward : IDisposable
{
    private readonly DelgModel _model;
    private readonly DelgExtractor _extractor;
    private readonly Device _device;

    /// <param name="model">The weights; taken over.</param>
    /// <param name="extractor">Whose scales, precision and device are used.</param>
    /// <param name="plainFloat32">In float32, one operation after another in torch's default layout, instead of as the extractor does it.</param>
    public TrunkForward(DelgModel model, DelgExtractor extractor, bool plainFloat32)
    {
        _model = model;
        _extractor = extractor;
        _device = device(extractor.Device);
        model.Network.eval();
        model.Network.to(_device);
        using var gradients = no_grad();
        var isBFloat16 = !plainFloat32 && extractor.Precision == InferencePrecision.BFloat16;
        model.Network.FoldForInference(isBFloat16 ? ScalarType.BFloat16 : ScalarType.Float32, plainFloat32);
    }

    /// <summary>Runs once over all scales, and waits until the device is done.</summary>
    /// <param name="width">Columns of the resized picture.</param>
    /// <param name="height">Rows of the resized picture.</param>
    /// <param name="batch">Pictures in the pass.</param>
    /// <returns>Time of the passes, all pictures together.</returns>
    public TimeSpan Run(int width, int height, int batch)
    {
        var time = TimeSpan.Zero;
        using var inference = inference_mode();
        for (var i = 0; i < _extractor.Manifest.Scales.Count; i++)
        {
            using var scope = NewDisposeScope();
            var scale = _extractor.Manifest.Scales[i];
            var input = rand([batch, 3, (long)MathF.Round(height * scale), (long)MathF.Round(width * scale)], device: _device);
            Synchronize();
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            var shallow = _model.Network.Shallow(input);
            if (_extractor.Manifest.GlobalScaleIndices.Contains(i))
                _ = _model.Network.Deep(shallow);
            Synchronize();
            time += System.Diagnostics.Stopwatch.GetElapsedTime(start);
        }

        return time;
    }

    public void Dispose() => _model.Dispose();

    private void Synchronize()
    {
        if (_device.type == DeviceType.CUDA)
            cuda.synchronize(_device);
    }
}
