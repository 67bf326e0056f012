using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Delg.Model.Extraction;

/// <summary>Device names of the options to torch's devices.</summary>
public static class TorchDevice
{
    private const string Cuda = "cuda";

    /// <summary>Whether it is <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public static bool IsName(string? name) => name is "cpu" or Cuda || Index(name) is not null;

    /// <exception cref="ArgumentException">No such device is in this machine, or this build has no CUDA.</exception>
    public static Device Open(string name)
    {
        if (name == "cpu")
            return CPU;
        int index = Index(name) ?? 0;
        int count = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        return index < count
            ? new Device(DeviceType.CUDA, index)
            : throw new ArgumentException($"Device {name}: torch sees {count} CUDA devices. A build for CUDA is made with -p:Accelerator=cuda.", nameof(name));
    }

    private static int? Index(string? name) =>
        name is not null && name.StartsWith(Cuda + ":", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(Cuda.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            ? index
            : null;
}
