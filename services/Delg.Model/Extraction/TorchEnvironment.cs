using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Delg.Model.Extraction;

/// <summary>
/// Settings of torch and its libraries that are read from the environment. Whoever sets a variable is heeded. They are read once, when the
/// libraries are loaded, which is at the first call of torch: hence a module initialiser. .NET's own SetEnvironmentVariable does not reach
/// native code.
/// </summary>
internal static partial class TorchEnvironment
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "It must run before the first call of torch, wherever that is.")]
    internal static void Prepare()
    {
        if (!OperatingSystem.IsLinux())
            return;

        // Idle threads sleep. By default they spin for some milliseconds after each parallel loop, of which a forward pass has hundreds:
        // where anything else runs on the machine (decoding, another service), they take its processor time, and twice the time and more
        // was seen for the same extraction. ACTIVE is for a machine that does nothing but extract.
        Set("OMP_WAIT_POLICY", "PASSIVE");

        // Large pages for large activations. Each operation's result is fresh memory, up to 100 MB: without this the system clears it page
        // by page, 4 KB each, which took 5 % of an extraction at 1024 pixels.
        Set("THP_MEM_ALLOC_ENABLE", "1");
    }

    private static void Set(string variable, string value) => _ = SetEnvironment(variable, value, overwrite: 0);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
