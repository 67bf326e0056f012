using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Delg.Training;

/// <summary>Networks this small lose more to handing work between threads than the threads win.</summary>
internal static class OneTorchThread
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "It must run before the first call of torch, whichever test makes it.")]
    internal static void Set() => TorchSharp.torch.set_num_threads(1);
}
