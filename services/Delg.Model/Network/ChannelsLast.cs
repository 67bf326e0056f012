using static TorchSharp.torch;

namespace Delg.Model.Network;

/// <summary>The layout that oneDNN and cuDNN convolve fastest: the channels of one position lie side by side in memory.</summary>
internal static class ChannelsLast
{
    /// <summary>The same N×C×H×W values in that layout; the tensor itself, as another view, where it has it already.</summary>
    public static Tensor Of(Tensor map)
    {
        using var scope = NewDisposeScope();
        return map.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
