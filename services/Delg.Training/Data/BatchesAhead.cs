namespace Delg.Training.Data;

/// <summary>Makes batches ahead of whoever takes them, several at once, and gives them out in order.</summary>
/// <param name="make">Makes the batch of a number; runs on several threads.</param>
/// <param name="first">The number that <see cref="Next"/> gives first.</param>
/// <param name="ahead">Batches in the making at a time, each on a thread of its own.</param>
internal sealed class BatchesAhead(Func<long, TrainingBatch> make, long first, int ahead) : IDisposable
{
    private readonly Queue<Task<TrainingBatch>> _coming = new();
    private long _next = first;

    public TrainingBatch Next()
    {
        while (_coming.Count < ahead)
        {
            long number = _next++;
            _coming.Enqueue(Task.Run(() => make(number)));
        }
        return _coming.Dequeue().GetAwaiter().GetResult();
    }

    /// <summary>Waits for what is in the making: what it reads may be closed next.</summary>
    public void Dispose()
    {
        try
        {
            Task.WaitAll([.. _coming]);
        }
        catch (AggregateException)
        {
            // Nobody wants these batches any more.
        }
    }
}
