using Delg.GlobalIndex.Milvus.Wire;
using Grpc.Core;
using Grpc.Net.Client;

namespace Delg.GlobalIndex.Milvus;

/// <summary>
/// Calls of Milvus's protocol, each with a time limit, repeated while the server is away or busy, and failed with
/// <see cref="MilvusException"/> when its answer says so. Safe for concurrent use.
/// </summary>
internal sealed partial class MilvusClient : IDisposable
{
    private const double FirstDelaySeconds = 0.05;
    private const double MaxDelaySeconds = 2;

    private readonly MilvusOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly GrpcChannel _channel;
    private readonly MilvusService.MilvusServiceClient _milvus;
    private readonly Grpc.Core.Metadata _headers;

    public MilvusClient(MilvusOptions options, TimeProvider clock, ILogger<MilvusClient> logger)
    {
        _options = options;
        _clock = clock;
        _logger = logger;
        _channel = MilvusChannel.Open(options);
        _milvus = new MilvusService.MilvusServiceClient(_channel);
        _headers = MilvusChannel.HeadersOf(options);
    }

    public string Address => _options.Address;

    /// <summary>Makes one call of the service, again and again while the server is away or busy, as long as the options say.</summary>
    /// <param name="rpc">Its name, for messages.</param>
    /// <param name="call">Starts it. It may be started several times: each call made here says what is to be, so twice is as good as once.</param>
    /// <param name="cancellation">Ends it early, between tries, too; the caller's deadline is in it.</param>
    /// <exception cref="MilvusException">Milvus failed it.</exception>
    public async Task<TAnswer> InvokeAsync<TAnswer>(
        string rpc, Func<MilvusService.MilvusServiceClient, CallOptions, AsyncUnaryCall<TAnswer>> call, CancellationToken cancellation)
        where TAnswer : IAnswer
    {
        var start = _clock.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            var delay = DelayAfter(tries);
            try
            {
                return await AskAsync(rpc, call, cancellation);
            }
            catch (MilvusException failure) when (failure.IsPassing && _clock.GetElapsedTime(start) + delay <= TimeSpan.FromSeconds(_options.RetrySeconds))
            {
                LogTryingAgain(rpc, tries, delay.TotalMilliseconds, failure.Message);
            }

            await Task.Delay(delay, _clock, cancellation);
        }
    }

    /// <summary>Makes one call of the service, once.</summary>
    /// <param name="rpc">Its name, for messages.</param>
    /// <param name="call">Starts it.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="MilvusException">Milvus failed it.</exception>
    public async Task<TAnswer> AskAsync<TAnswer>(
        string rpc, Func<MilvusService.MilvusServiceClient, CallOptions, AsyncUnaryCall<TAnswer>> call, CancellationToken cancellation)
        where TAnswer : IAnswer
    {
        // gRPC measures deadlines by the system's clock.
        var deadline = DateTime.UtcNow.AddSeconds(_options.CallTimeoutSeconds);
        try
        {
            using var running = call(_milvus, new CallOptions(_headers, deadline, cancellation));
            var answer = await running;
            return MilvusCode.Of(answer.Status) == MilvusCode.Success ? answer : throw MilvusException.Of(rpc, answer.Status!);
        }
        catch (RpcException failure)
        {
            cancellation.ThrowIfCancellationRequested();
            throw MilvusException.Of(rpc, _options.Address, failure);
        }
    }

    /// <summary>The server's hybrid time: later than that of any write acknowledged before.</summary>
    public async Task<ulong> NowAsync(CancellationToken cancellation)
    {
        var answer = await InvokeAsync("AllocTimestamp", (milvus, call) => milvus.AllocTimestampAsync(new AllocTimestampRequest(), call), cancellation);
        return answer.Timestamp;
    }

    public void Dispose() => _channel.Dispose();

    /// <summary>Twice as long each time, and a random part of it, so that those who were refused together do not come back together.</summary>
    private static TimeSpan DelayAfter(int tries) =>
        TimeSpan.FromSeconds(Math.Min(MaxDelaySeconds, FirstDelaySeconds * Math.Pow(2, tries - 1)) * (0.5 + Random.Shared.NextDouble() / 2));

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Rpc}: try {Tries} failed, the next one in {Milliseconds:F0} ms: {Text}")]
    private partial void LogTryingAgain(string rpc, int tries, double milliseconds, string text);
}
