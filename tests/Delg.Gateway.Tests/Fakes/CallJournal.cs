using System.Collections.Concurrent;
using Grpc.Core;

namespace Delg.Gateway.Tests.Fakes;

/// <summary>What the fake services were asked, in order.</summary>
internal sealed class CallJournal
{
    private readonly ConcurrentQueue<string> _methods = new();

    /// <summary>Method names, without the service.</summary>
    public IReadOnlyList<string> Methods => [.. _methods];

    public void Note(ServerCallContext context) => _methods.Enqueue(context.Method[(context.Method.LastIndexOf('/') + 1)..]);

    public void Clear() => _methods.Clear();
}
