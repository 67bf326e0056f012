namespace Delg.Extractor.Queueing;

/// <summary>Stops a batch when the service must, or when the last of its callers has gone away: the others still want their part.</summary>
internal sealed class BatchCancellation : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly List<CancellationTokenRegistration> _registrations = [];
    private int _waiting;

    public BatchCancellation(IReadOnlyList<ExtractionJob> batch, CancellationToken abort)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(abort);
        _waiting = batch.Count;
        foreach (var job in batch)
            _registrations.Add(job.Cancellation.Register(LeaveOne));
    }

    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        // Waits for callbacks that run, so that none cancels what is gone.
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }

    private void LeaveOne()
    {
        if (Interlocked.Decrement(ref _waiting) == 0)
            _stop.Cancel();
    }
}
