using Delg.Gateway.Access.Rates;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Access;

/// <summary>
/// Asks of each message whether its sender may do what it says, where it says: gRPC, gRPC-Web, JSON and forms all come by here. Lists of collections
/// are cut to those the caller reaches. A message of a stream counts as a request.
/// </summary>
internal sealed class AccessInterceptor(IOptions<GatewayOptions> options, CallerIdentity identity, RateLimits rates) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var caller = CallerOf(context);
        Demand(caller, context, request);
        var response = await continuation(request, context);
        if (response is ListImageCollectionsResponse list)
            Cut(list, caller);
        return response;
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        continuation(Checked(requestStream, context), context);

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Demand(CallerOf(context), context, request);
        return continuation(request, responseStream, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        continuation(Checked(requestStream, context), responseStream, context);

    /// <summary>
    /// The role is asked for at once, the collection of each message when it comes, and who sends it again: a stream may go on for hours, and a key that is
    /// revoked or a token that expires ends it.
    /// </summary>
    private CheckedRequests<TRequest> Checked<TRequest>(IAsyncStreamReader<TRequest> requests, ServerCallContext context)
    {
        AccessRules.Demand(CallerOf(context), RoleOf(context), collection: null);
        return new CheckedRequests<TRequest>(requests, async (request, cancellation) =>
        {
            var caller = await identity.OfAsync(context.GetHttpContext());
            Demand(caller, context, request);
            await rates.WaitAsync(caller, cancellation);
        });
    }

    private void Demand<TRequest>(Caller caller, ServerCallContext context, TRequest request) =>
        AccessRules.Demand(caller, RoleOf(context), AccessRules.CollectionOf((IMessage)request!, options.Value.DefaultCollection));

    private static Caller CallerOf(ServerCallContext context) => AccessGate.CallerOf(context.GetHttpContext());

    // "/package.Service/Method"
    private static Role RoleOf(ServerCallContext context) => AccessRules.RoleOf(context.Method[(context.Method.LastIndexOf('/') + 1)..]);

    private static void Cut(ListImageCollectionsResponse list, Caller caller)
    {
        foreach (var hidden in list.Collections.Where(collection => !caller.Reaches(collection.Name)).ToList())
            list.Collections.Remove(hidden);
    }

    /// <summary>A stream of requests, each of which is asked about before it is handed on.</summary>
    private sealed class CheckedRequests<TRequest>(IAsyncStreamReader<TRequest> requests, Func<TRequest, CancellationToken, Task> check) : IAsyncStreamReader<TRequest>
    {
        public TRequest Current => requests.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (!await requests.MoveNext(cancellationToken))
                return false;
            await check(requests.Current, cancellationToken);
            return true;
        }
    }
}
