using Delg.Model.Network;

namespace Delg.Training.FeatureMaps;

/// <summary>The size of what is kept of a crop.</summary>
/// <param name="ShallowChannels">Channels of the map after conv4.</param>
/// <param name="DeepChannels">Length of the pooled vector.</param>
/// <param name="Side">Positions along a side of the map after conv4.</param>
internal readonly record struct MapShape(int ShallowChannels, int DeepChannels, int Side)
{
    /// <summary>The map after conv4 in float16.</summary>
    public int ShallowBytes => checked(ShallowChannels * Side * Side * sizeof(ushort));

    /// <summary>The pooled map after conv5 in float32: its power would round away in 16 bits.</summary>
    public int PooledBytes => DeepChannels * sizeof(float);

    public int RecordBytes => ShallowBytes + PooledBytes;

    /// <summary>A crop's maps, whatever padding and stride the layout has: found by a pass over an empty crop.</summary>
    public static MapShape Of(DelgNetwork network, int cropPixels)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        using IDisposable noGradient = TorchSharp.torch.no_grad();
        TorchSharp.torch.Device device = network.parameters().First().device;
        long[] shape = network.Shallow(TorchSharp.torch.zeros([1, 3, cropPixels, cropPixels], device: device)).shape;
        return new MapShape(network.Layout.ShallowChannels, network.Layout.DeepChannels, (int)shape[2]);
    }
}
