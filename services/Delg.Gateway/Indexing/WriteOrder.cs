namespace Delg.Gateway.Indexing;

/// <summary>
/// Lets one writer at a time into an image, so that of two versions sent at once the local features and the global entry that stay are of
/// the same one. Images share a fixed number of gates; a gate is held for two short writes, never for an extraction.
/// </summary>
internal sealed class WriteOrder
{
    private const int GateCount = 256;

    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, GateCount).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Waits for the gates of all images named; dispose the result to leave them.</summary>
    public async Task<IDisposable> EnterAsync(string collection, IEnumerable<string> imageIds, CancellationToken cancellation)
    {
        // Ascending order for everyone: two writers never wait for each other.
        var wanted = imageIds.Select(id => (int)((uint)HashCode.Combine(collection, id) % GateCount)).Distinct().Order();
        var held = new Held();
        try
        {
            foreach (var gate in wanted)
            {
                await _gates[gate].WaitAsync(cancellation);
                held.Gates.Push(_gates[gate]);
            }

            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private sealed class Held : IDisposable
    {
        public Stack<SemaphoreSlim> Gates { get; } = [];

        public void Dispose()
        {
            while (Gates.TryPop(out var gate))
                gate.Release();
        }
    }
}
