using System.Runtime;

namespace Delg.Training;

/// <summary>
/// Keeps the garbage collector out of a piece of work with tensors; it runs before, if it must. TorchSharp hands numbers to torch, such as the
/// factor of every addition, as small objects that nothing refers to any more once the call has begun: a collection just then frees the number
/// under torch's hands, and the call fails, or computes with another number. That was seen in training, where decoding and augmentation make
/// the collector run at any moment.
/// </summary>
internal readonly struct CollectionPause : IDisposable
{
    // What other threads make meanwhile must fit, too: two batches of 32 crops at 320 pixels with what their making leaves behind.
    private const long Bytes = 128 << 20;

    private static int _isTaken;

    private readonly bool _isBegun;

    private CollectionPause(bool isBegun) => _isBegun = isBegun;

    /// <summary>Begins a pause, if no other is under way: the runtime knows one at a time for the whole process.</summary>
    public static CollectionPause Begin()
    {
        if (Interlocked.Exchange(ref _isTaken, 1) == 1) return default;
        bool isBegun = false;
        try
        {
            isBegun = GC.TryStartNoGCRegion(Bytes);
        }
        catch (InvalidOperationException)
        {
            // The program around has a pause of its own.
        }
        if (!isBegun) Volatile.Write(ref _isTaken, 0);
        return new CollectionPause(isBegun);
    }

    public void Dispose()
    {
        if (!_isBegun) return;
        try
        {
            if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion) GC.EndNoGCRegion();
        }
        catch (InvalidOperationException)
        {
            // More was allocated than foreseen, which ended it.
        }
        Volatile.Write(ref _isTaken, 0);
    }
}
