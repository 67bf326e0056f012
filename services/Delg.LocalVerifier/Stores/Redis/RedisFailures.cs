using Delg.Contracts.Errors;
using Grpc.Core;
using StackExchange.Redis;

namespace Delg.LocalVerifier.Stores.Redis;

/// <summary>What Redis's errors, and its silence, mean to the caller.</summary>
internal static class RedisFailures
{
    /// <summary>The failure as one of the error model; itself where the fault is ours.</summary>
    /// <param name="failure">What StackExchange.Redis threw.</param>
    /// <param name="isRefused">Whether there is no connection because the server refuses it.</param>
    /// <param name="retryDelay">Asked of the caller where trying again may help.</param>
    public static Exception Translate(Exception failure, bool isRefused, TimeSpan retryDelay) => failure switch
    {
        RedisServerException refused => OfServer(refused, retryDelay),
        RedisConnectionException when isRefused => AccessDenied(failure),
        RedisConnectionException lost => Unavailable($"Redis, which keeps the local features, cannot be reached ({lost.FailureType}).", failure, retryDelay),
        RedisTimeoutException => Unavailable("Redis, which keeps the local features, did not answer in time.", failure, retryDelay),
        _ => failure,
    };

    private static Exception OfServer(RedisServerException refused, TimeSpan retryDelay) => refused.Kind switch
    {
        RedisErrorKind.OutOfMemory => new DelgException(
            StatusCode.ResourceExhausted, ErrorReason.StoreFull, "Redis, which keeps the local features, has no memory left (maxmemory).", refused),
        RedisErrorKind.NoAuth or RedisErrorKind.WrongPass or RedisErrorKind.NoPermission or RedisErrorKind.NotPermitted => AccessDenied(refused),
        RedisErrorKind.WrongType => new DelgException(
            StatusCode.DataLoss, ErrorReason.StoredDataCorrupt, "A key of the local features in Redis holds something else: another program uses its prefix.", refused),
        RedisErrorKind.Loading or RedisErrorKind.ClusterDown or RedisErrorKind.MasterDown or RedisErrorKind.TryAgain or RedisErrorKind.NoReplicas
            or RedisErrorKind.Misconfigured or RedisErrorKind.Busy or RedisErrorKind.MaxClients or RedisErrorKind.Moved or RedisErrorKind.Ask
            or RedisErrorKind.ReadOnly or RedisErrorKind.UnknownRedirectTarget or RedisErrorKind.ConnectionFault or RedisErrorKind.Timeout =>
            Unavailable($"Redis, which keeps the local features, cannot serve now ({refused.Kind}).", refused, retryDelay),
        _ => refused,
    };

    private static DelgException AccessDenied(Exception failure) =>
        new(
            StatusCode.FailedPrecondition, ErrorReason.StoreAccessDenied,
            "Redis, which keeps the local features, refuses this service: its user, password, rights or certificate (LocalVerifier:Redis).", failure)
        {
            Details = new Dictionary<string, string> { ["dependency"] = "redis" },
        };

    private static DelgException Unavailable(string message, Exception failure, TimeSpan retryDelay) =>
        new(StatusCode.Unavailable, ErrorReason.DependencyUnavailable, message, failure)
        {
            Details = new Dictionary<string, string> { ["dependency"] = "redis" },
            RetryDelay = retryDelay,
        };
}
