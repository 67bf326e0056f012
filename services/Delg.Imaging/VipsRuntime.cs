using NetVips;

namespace Delg.Imaging;

/// <summary>Process-wide settings of libvips, made once before its first use here.</summary>
internal static class VipsRuntime
{
    /// <summary>Loaders that may run at all. SVG is only for overlays this library writes itself: the decoder never chooses it.</summary>
    private static readonly string[] _loaders =
    [
        "VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp", "VipsForeignLoadNsgif", "VipsForeignLoadTiff", "VipsForeignLoadHeif",
        "VipsForeignLoadSvg",
    ];

    private static readonly Lazy<bool> _ready = new(Configure);

    /// <exception cref="InvalidOperationException">The native library does not load on this system.</exception>
    public static void EnsureReady() => _ = _ready.Value;

    private static bool Configure()
    {
        if (!ModuleInitializer.VipsInitialized)
            throw new InvalidOperationException("libvips does not load on this system.", ModuleInitializer.Exception);

        // Every picture is seen once, so remembered operations would only hold memory.
        Cache.Max = 0;
        Cache.MaxMem = 0;
        Cache.MaxFiles = 0;
        // Requests run side by side already; more threads in each would multiply buffers, not speed.
        NetVips.NetVips.Concurrency = Math.Min(Environment.ProcessorCount, 2);

        Operation.Block("VipsForeignLoad", true);
        foreach (string loader in _loaders)
            Operation.Block(loader, false);

        // What matters in a warning comes back as an exception; the rest would reach stderr from native threads.
        Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning, static (_, _, _) => { });
        return true;
    }
}
