using Delg.Contracts.Errors;
using Delg.Gateway.Backends;
using Delg.V1;

namespace Delg.Gateway.Searching;

/// <summary>
/// How long a search may go on improving its answer. A caller that takes a part of the answer gets one when the time is up; for any other a
/// time-out is a failure.
/// </summary>
internal sealed class TimeBudget
{
    private readonly CallerContext _caller;
    private readonly CallerContext _bounded;
    private readonly bool _allowPartial;

    /// <param name="request">The request.</param>
    /// <param name="caller">Who waits.</param>
    /// <param name="reserve">Kept back of the caller's deadline for putting the answer together and sending it.</param>
    public TimeBudget(SearchImagesRequest request, CallerContext caller, TimeSpan reserve)
    {
        _caller = caller;
        _allowPartial = request.AllowPartial;
        var until = caller.Deadline == DateTime.MaxValue || !_allowPartial ? caller.Deadline : caller.Deadline - reserve;
        if (request.TimeBudgetMs > 0 && DateTime.UtcNow.AddMilliseconds(request.TimeBudgetMs) is var asked && asked < until)
            until = asked;
        _bounded = caller with { Deadline = until };
    }

    /// <summary>Whether something was left undone.</summary>
    public bool IsSpent { get; private set; }

    /// <summary>Does a part of the search that the answer can do without, unless the time is up already.</summary>
    /// <returns>False when it was not done, or not to its end.</returns>
    public async Task<bool> TryAsync(Func<CallerContext, Task> part)
    {
        if (!_allowPartial)
        {
            await part(_caller);
            return true;
        }

        if (_bounded.Deadline > DateTime.UtcNow)
        {
            try
            {
                await part(_bounded);
                return true;
            }
            catch (DelgException late) when (late.Reason == ErrorReason.DeadlineExceeded && !_caller.Cancellation.IsCancellationRequested)
            {
                // What was known before this part is the answer.
            }
        }

        IsSpent = true;
        return false;
    }
}
