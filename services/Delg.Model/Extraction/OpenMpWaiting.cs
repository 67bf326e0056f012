using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Delg.Model.Extraction;

/// <summary>
/// Lets torch's idle threads sleep. By default they spin for some milliseconds after each parallel loop, of which a forward pass has
/// hundreds: where anything else runs on the machine (decoding, another service), they take its processor time, and twice the
/// time and more was seen for the same extraction.
/// </summary>
internal static partial class OpenMpWaiting
{
    /// <summary>OpenMP's own variable; whoever sets it (to ACTIVE, say, on a machine for extraction alone) is heeded.</summary>
    private const string Variable = "OMP_WAIT_POLICY";

    /// <summary>
    /// OpenMP reads its environment once, when the library is loaded, which is at the first call of torch: hence a module
    /// initialiser. .NET's own SetEnvironmentVariable does not reach native code.
    /// </summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "It must run before the first call of torch, wherever that is.")]
    internal static void Sleep()
    {
        if (OperatingSystem.IsLinux())
            _ = SetEnvironment(Variable, "PASSIVE", overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
