using System.Diagnostics;
using Delg.Contracts.Errors;
using Delg.Gateway.Telemetry;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Backends;

/// <summary>
/// Calls a service on a caller's behalf: with the nearer of the caller's deadline and the stage's time-out, with the caller's
/// cancellation, in a span, and with failures in words that name the service.
/// </summary>
internal sealed partial class BackendCalls(IOptions<GatewayOptions> options, GatewayTelemetry telemetry, ILogger<BackendCalls> logger)
{
    /// <exception cref="DelgException">The service's own failure with its code and reason; DEPENDENCY_UNAVAILABLE when it is not there;
    /// DEADLINE_EXCEEDED when the stage's time-out or the caller's deadline passed.</exception>
    /// <exception cref="OperationCanceledException">The caller went away.</exception>
    public async Task<TResponse> CallAsync<TResponse>(Stage stage, Backend backend, CallerContext caller, Func<CallOptions, AsyncUnaryCall<TResponse>> call)
    {
        var timeoutSeconds = TimeoutSeconds(stage);
        var limit = DateTime.UtcNow.AddSeconds(timeoutSeconds);
        var deadline = caller.Deadline < limit ? caller.Deadline : limit;
        using var span = GatewayTelemetry.Source.StartActivity(GatewayTelemetry.NameOf(stage));
        var start = Stopwatch.GetTimestamp();
        try
        {
            using var pending = call(new CallOptions(deadline: deadline, cancellationToken: caller.Cancellation));
            return await pending;
        }
        catch (RpcException failure)
        {
            span?.SetStatus(ActivityStatusCode.Error);
            caller.Cancellation.ThrowIfCancellationRequested();
            throw Translate(failure, backend, caller, deadline, timeoutSeconds);
        }
        finally
        {
            telemetry.StageEnded(stage, Stopwatch.GetElapsedTime(start));
        }
    }

    /// <summary>The messages of a call that answers with several, which may last as long as the caller waits; each is waited for no longer than the stage's time-out.</summary>
    /// <exception cref="DelgException">As in <see cref="CallAsync"/>.</exception>
    /// <exception cref="OperationCanceledException">The caller went away.</exception>
    public async IAsyncEnumerable<TResponse> StreamAsync<TResponse>(Stage stage, Backend backend, CallerContext caller, Func<CallOptions, AsyncServerStreamingCall<TResponse>> start)
    {
        var timeoutSeconds = TimeoutSeconds(stage);
        DateTime? deadline = caller.Deadline == DateTime.MaxValue ? null : caller.Deadline;
        using var call = start(new CallOptions(deadline: deadline, cancellationToken: caller.Cancellation));
        while (await NextAsync(call.ResponseStream))
            yield return call.ResponseStream.Current;

        async Task<bool> NextAsync(IAsyncStreamReader<TResponse> responses)
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(caller.Cancellation);
            silence.CancelAfter(TimeSpan.FromSeconds(timeoutSeconds));
            try
            {
                return await responses.MoveNext(silence.Token);
            }
            catch (Exception failure) when (failure is RpcException or OperationCanceledException && silence.IsCancellationRequested)
            {
                caller.Cancellation.ThrowIfCancellationRequested();
                throw TimedOut(failure, backend, caller, timeoutSeconds);
            }
            catch (RpcException failure)
            {
                caller.Cancellation.ThrowIfCancellationRequested();
                throw Translate(failure, backend, caller, caller.Deadline, timeoutSeconds);
            }
        }
    }

    private DelgException Translate(RpcException failure, Backend backend, CallerContext caller, DateTime deadline, double timeoutSeconds)
    {
        var isExplained = failure.GetRpcStatus() is not null;
        switch (failure.StatusCode)
        {
            case StatusCode.DeadlineExceeded:
            // The service saw the deadline pass before gRPC's own timer did, and broke off a request that was still being sent.
            case StatusCode.Cancelled when !isExplained && deadline <= DateTime.UtcNow:
                return TimedOut(failure, backend, caller, timeoutSeconds);
            case StatusCode.Unavailable when !isExplained:
                LogUnavailable(failure, backend.Name, backend.Address);
                return new DelgException(StatusCode.Unavailable, ErrorReason.DependencyUnavailable, $"The {backend.Name} does not answer.", failure) { Details = Naming(backend) };
            case StatusCode.Internal or StatusCode.Unknown:
                LogFailed(failure, backend.Name);
                return new DelgException(StatusCode.Internal, ErrorReason.Internal, $"The {backend.Name} failed; its log has the details.", failure) { Details = Naming(backend) };
            default:
                return failure.ToDelgException();
        }
    }

    private static DelgException TimedOut(Exception failure, Backend backend, CallerContext caller, double timeoutSeconds)
    {
        var text = caller.Deadline <= DateTime.UtcNow
            ? $"The deadline passed while the {backend.Name} was working."
            : $"The {backend.Name} did not answer within {timeoutSeconds} s.";
        return new DelgException(StatusCode.DeadlineExceeded, ErrorReason.DeadlineExceeded, text, failure) { Details = Naming(backend) };
    }

    private double TimeoutSeconds(Stage stage) => stage switch
    {
        Stage.Extract => options.Value.ExtractTimeoutSeconds,
        Stage.Search => options.Value.SearchTimeoutSeconds,
        Stage.Verify => options.Value.VerifyTimeoutSeconds,
        Stage.Drop => options.Value.DropTimeoutSeconds,
        _ => options.Value.StoreTimeoutSeconds,
    };

    private static Dictionary<string, string> Naming(Backend backend) => new() { ["service"] = backend.Name };

    [LoggerMessage(Level = LogLevel.Warning, Message = "The {Service} at {Address} does not answer")]
    private partial void LogUnavailable(Exception failure, string service, Uri address);

    [LoggerMessage(Level = LogLevel.Error, Message = "The {Service} failed")]
    private partial void LogFailed(Exception failure, string service);
}
