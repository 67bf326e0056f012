using Grpc.Core;

namespace Delg.Gateway.Backends;

/// <summary>How long the caller waits, and whether it still does. It goes with every call made on its behalf.</summary>
/// <param name="Deadline">UTC; <see cref="DateTime.MaxValue"/> when the caller set none.</param>
/// <param name="Cancellation">Cancelled when the caller goes away or its deadline passes.</param>
internal readonly record struct CallerContext(DateTime Deadline, CancellationToken Cancellation)
{
    /// <summary>
    /// Nobody, for writes that belong together: once the first is made the others must follow, whether or not the caller still waits. Each is bounded by
    /// its stage's time-out.
    /// </summary>
    public static CallerContext Detached { get; } = new(DateTime.MaxValue, CancellationToken.None);

    public static CallerContext Of(ServerCallContext context) => new(context.Deadline, context.CancellationToken);
}
