using Delg.Contracts.Errors;
using Grpc.Core;

namespace Delg.Contracts.Client;

/// <summary>Which failures are worth another attempt, and when it is made.</summary>
internal sealed class RetryPolicy(DelgClientOptions options)
{
    public int MaxAttempts => options.MaxAttempts;

    /// <summary>
    /// The gateway was not there, or has no room now and says when it will. Without RetryInfo RESOURCE_EXHAUSTED stands for what does not pass: a
    /// message too large, a full store.
    /// </summary>
    public static bool IsTransient(RpcException failure) => failure.StatusCode switch
    {
        StatusCode.Unavailable => true,
        StatusCode.ResourceExhausted => failure.ToDelgException().RetryDelay is not null,
        _ => false,
    };

    /// <summary>The same, of one image's result in a stream, which has no RetryInfo.</summary>
    public static bool IsTransient(StatusCode code, string reason) => code switch
    {
        StatusCode.Unavailable => true,
        StatusCode.ResourceExhausted => reason is ErrorReason.ExtractorQueueFull or ErrorReason.StoreBusy,
        _ => false,
    };

    /// <summary>The caller's own cancellation, which gRPC reports as a failure.</summary>
    public static bool IsCallersWish(RpcException failure, CancellationToken cancellation) =>
        failure.StatusCode == StatusCode.Cancelled && cancellation.IsCancellationRequested;

    /// <summary>Wait after a failed attempt.</summary>
    /// <param name="attempt">The one that failed, from 1.</param>
    /// <param name="asked">What the gateway asked for; null: nothing. Never less than that is waited.</param>
    public TimeSpan DelayAfter(int attempt, TimeSpan? asked)
    {
        var most = Math.Min(options.MaxRetryDelay.TotalSeconds, options.FirstRetryDelay.TotalSeconds * Math.Pow(2, attempt - 1));
        // By chance, so that clients that failed together do not come back together.
        var chance = Random.Shared.NextDouble();
        return asked is { } least ? least + TimeSpan.FromSeconds(most * chance) : TimeSpan.FromSeconds(most * (0.5 + 0.5 * chance));
    }

    /// <summary>Makes a call, again where that helps.</summary>
    /// <param name="call">Starts one attempt.</param>
    /// <param name="isRepeatable">A second time does no harm and gives the same answer.</param>
    /// <param name="cancellation">Ends the call and the waits.</param>
    /// <exception cref="RpcException">The last attempt's failure.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> said so.</exception>
    public async Task<T> CallAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> call, bool isRepeatable, CancellationToken cancellation)
    {
        DateTime? deadline = options.CallTimeout == Timeout.InfiniteTimeSpan ? null : DateTime.UtcNow + options.CallTimeout;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var pending = call(new CallOptions(deadline: deadline, cancellationToken: cancellation));
                return await pending.ConfigureAwait(false);
            }
            catch (RpcException failure) when (IsCallersWish(failure, cancellation))
            {
                throw new OperationCanceledException(failure.Message, failure, cancellation);
            }
            catch (RpcException failure) when (failure.StatusCode == StatusCode.Cancelled && failure.GetRpcStatus() is null && deadline <= DateTime.UtcNow)
            {
                // The gateway saw the deadline pass before gRPC's own timer did, and broke off a request that was still being sent.
                throw new RpcException(new Status(StatusCode.DeadlineExceeded, $"The gateway did not answer within {options.CallTimeout.TotalSeconds} s."), failure.Message);
            }
            catch (RpcException failure) when (isRepeatable && attempt < options.MaxAttempts && IsTransient(failure))
            {
                var wait = DelayAfter(attempt, failure.ToDelgException().RetryDelay);
                // What would be tried after the deadline is not worth the wait: this failure says more than that the time is up.
                if (DateTime.UtcNow + wait >= deadline)
                    throw;
                await Task.Delay(wait, cancellation).ConfigureAwait(false);
            }
        }
    }
}
