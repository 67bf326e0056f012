using Delg.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace Delg.Training.Data;

/// <summary>Pixels as tensors: N×3×H×W bytes, R, G, B.</summary>
internal static class CropTensor
{
    public static Tensor Of(RgbImage image, Device device) => Of(image.Pixels, 1, image.Height, image.Width, device);

    public static Tensor Of(CropBatch batch, Device device) => Of(batch.Pixels, batch.Labels.Length, batch.Side, batch.Side, device);

    private static Tensor Of(byte[] pixels, int count, int height, int width, Device device)
    {
        using var scope = NewDisposeScope();
        Tensor bytes = tensor(pixels, [count, height, width, RgbImage.Channels], dtype: ScalarType.Byte);
        // From pinned memory the copy runs beside what the device still computes.
        if (device.type == DeviceType.CUDA) bytes = bytes.pin_memory().to(device, non_blocking: true);
        return bytes.permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
