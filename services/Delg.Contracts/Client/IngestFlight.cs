using System.Threading.Channels;
using Delg.V1;

namespace Delg.Contracts.Client;

/// <summary>The images of one ingest that are on their way: a bounded number, each id once at a time. Used by several threads.</summary>
internal sealed class IngestFlight(int mostInFlight) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _room = new(mostInFlight);
    private readonly Dictionary<string, Flying> _flying = new(StringComparer.Ordinal);
    private readonly Channel<Flying> _unsent = Channel.CreateUnbounded<Flying>();
    private bool _hasEnded;

    /// <summary>Images to send, each once; completed when all there are have their results.</summary>
    public ChannelReader<Flying> Unsent => _unsent.Reader;

    /// <summary>No more will come and all have their results.</summary>
    public bool IsDone
    {
        get
        {
            lock (_gate)
                return _hasEnded && _flying.Count == 0;
        }
    }

    /// <summary>Waits until one more may be in flight.</summary>
    public Task WaitForRoomAsync(CancellationToken cancellation) => _room.WaitAsync(cancellation);

    /// <summary>One less is in flight: its result was taken.</summary>
    public void MakeRoom() => _room.Release();

    /// <summary>Takes an image in, after the one of the same id that may be in flight: a result names its image by id alone.</summary>
    public async Task AddAsync(IndexImageRequest image, CancellationToken cancellation)
    {
        while (true)
        {
            Flying? other;
            lock (_gate)
            {
                if (!_flying.TryGetValue(image.ImageId, out other))
                {
                    var flying = new Flying(image);
                    _flying.Add(image.ImageId, flying);
                    _unsent.Writer.TryWrite(flying);
                    return;
                }
            }

            await other.Settled.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>No more images come.</summary>
    public void End()
    {
        lock (_gate)
        {
            _hasEnded = true;
            CompleteWhenDone();
        }
    }

    /// <summary>The image goes out on the stream that is open.</summary>
    public void MarkSent(Flying flying)
    {
        lock (_gate)
            flying.IsSent = true;
    }

    /// <summary>Lays those that were sent and not answered out to be sent again.</summary>
    public void SendAgain()
    {
        lock (_gate)
        {
            foreach (var flying in _flying.Values.Where(flying => flying.IsSent))
                SendAgain(flying);
        }
    }

    /// <summary>Lays one out to be sent again.</summary>
    public void SendAgain(Flying flying)
    {
        lock (_gate)
        {
            flying.IsSent = false;
            _unsent.Writer.TryWrite(flying);
        }
    }

    /// <summary>The image was refused for a reason that passes: it is not on its way until it is sent again.</summary>
    /// <returns>Times that has happened to it.</returns>
    public int MarkRefused(Flying flying)
    {
        lock (_gate)
        {
            flying.IsSent = false;
            return ++flying.Refusals;
        }
    }

    /// <summary>The image of an id that was sent and waits for its result; null: none does.</summary>
    public Flying? Find(string imageId)
    {
        lock (_gate)
            return _flying.GetValueOrDefault(imageId) is { IsSent: true } flying ? flying : null;
    }

    /// <summary>The largest image that was sent and waits for its result; null: none does.</summary>
    public Flying? FindLargest()
    {
        lock (_gate)
            return _flying.Values.Where(flying => flying.IsSent).MaxBy(flying => flying.Request.Image.Length);
    }

    /// <summary>The image has its result.</summary>
    public void Settle(Flying flying)
    {
        lock (_gate)
        {
            _flying.Remove(flying.Request.ImageId);
            CompleteWhenDone();
        }

        flying.Settle();
    }

    public void Dispose() => _room.Dispose();

    private void CompleteWhenDone()
    {
        if (_hasEnded && _flying.Count == 0)
            _unsent.Writer.TryComplete();
    }

    /// <summary>One image on its way.</summary>
    public sealed class Flying(IndexImageRequest request)
    {
        private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IndexImageRequest Request { get; } = request;

        /// <summary>Times it was refused for a reason that passes.</summary>
        public int Refusals { get; set; }

        /// <summary>It went out on the stream that is open.</summary>
        public bool IsSent { get; set; }

        /// <summary>Completes with its result.</summary>
        public Task Settled => _settled.Task;

        public void Settle() => _settled.TrySetResult();
    }
}
