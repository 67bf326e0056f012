using System.Threading.Channels;
using Delg.V1;

namespace Delg.LocalVerifier.Service;

/// <summary>Results of candidates that finish in any order, from any thread, handed on in the order of the candidates.</summary>
/// <param name="count">Candidates.</param>
internal sealed class ResultsInOrder(int count)
{
    private readonly Lock _lock = new();
    private readonly CandidateResult?[] _results = new CandidateResult?[count];
    private readonly Channel<CandidateResult> _inOrder = Channel.CreateUnbounded<CandidateResult>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private int _next;

    /// <summary>Results from the first on, each as soon as it and those before it are there; ends with <see cref="Complete"/>.</summary>
    public IAsyncEnumerable<CandidateResult> InOrderAsync(CancellationToken cancellation) => _inOrder.Reader.ReadAllAsync(cancellation);

    /// <summary>What is there by now; null where there is nothing yet.</summary>
    public IReadOnlyList<CandidateResult?> SoFar => _results;

    public void Add(int index, CandidateResult result)
    {
        lock (_lock)
        {
            _results[index] = result;
            for (; _next < count && _results[_next] is { } next; _next++)
                _inOrder.Writer.TryWrite(next);
        }
    }

    /// <summary>No more will come.</summary>
    /// <param name="failure">Why, when it is not that all are there.</param>
    public void Complete(Exception? failure = null) => _inOrder.Writer.TryComplete(failure);
}
