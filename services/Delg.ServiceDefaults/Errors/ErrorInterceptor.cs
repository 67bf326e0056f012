using Delg.Contracts.Errors;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace Delg.ServiceDefaults.Errors;

/// <summary>
/// The one place where failures become gRPC statuses: <see cref="DelgException"/> with its reason, cancellation as CANCELLED or
/// DEADLINE_EXCEEDED, a failed dependency's status passed on, everything else as INTERNAL without its text.
/// </summary>
public sealed partial class ErrorInterceptor(ILogger<ErrorInterceptor> logger) : Interceptor
{
    // The timer that cancels a late call may fire a little before the deadline it stands for, and "the caller cancelled" would then be untrue. A
    // caller who really gave up that late does not read the answer.
    private static readonly TimeSpan _timerSlack = TimeSpan.FromMilliseconds(50);

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception failure) when (failure is not RpcException)
        {
            throw Translate(failure, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(requestStream, context);
        }
        catch (Exception failure) when (failure is not RpcException)
        {
            throw Translate(failure, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception failure) when (failure is not RpcException)
        {
            throw Translate(failure, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (Exception failure) when (failure is not RpcException)
        {
            throw Translate(failure, context);
        }
    }

    private RpcException Translate(Exception failure, ServerCallContext context) => Describe(failure, context).ToRpcException();

    private DelgException Describe(Exception failure, ServerCallContext context)
    {
        switch (failure)
        {
            case DelgException known:
                LogRefused(context.Method, known.Reason, known.Message);
                return known;
            case OperationCanceledException when context.Deadline - _timerSlack <= DateTime.UtcNow:
                return new DelgException(StatusCode.DeadlineExceeded, ErrorReason.DeadlineExceeded, "The deadline passed before the work was done.");
            case OperationCanceledException when context.CancellationToken.IsCancellationRequested:
                return new DelgException(StatusCode.Cancelled, ErrorReason.Cancelled, "The caller cancelled the call.");
            default:
                LogFault(failure, context.Method);
                return new DelgException(StatusCode.Internal, ErrorReason.Internal, "Something went wrong on the server; its log has the details.");
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Method} refused: {Reason}: {Text}")]
    private partial void LogRefused(string method, string reason, string text);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} failed")]
    private partial void LogFault(Exception failure, string method);
}
