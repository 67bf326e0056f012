using System.Collections.Concurrent;
using Delg.EndToEnd.Tests.Observability.Protocol;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Delg.EndToEnd.Tests.Observability;

/// <summary>A span as a service reported it.</summary>
/// <param name="Service">Name of the service.</param>
/// <param name="Name">What was done.</param>
/// <param name="Trace">Id of the trace, hexadecimal digits.</param>
/// <param name="Id">Its own id.</param>
/// <param name="Parent">Id of the span it is a part of; empty: none.</param>
internal sealed record CollectedSpan(string Service, string Name, string Trace, string Id, string Parent);

/// <summary>Takes traces over OTLP, as a collector does, and keeps them.</summary>
internal sealed class TraceCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<CollectedSpan> _spans = new();

    private TraceCollector()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(this);
        _app = builder.Build();
        _app.MapGrpcService<Endpoint>();
    }

    /// <summary>Where spans are sent.</summary>
    public string Address => _app.Urls.Single();

    public IReadOnlyCollection<CollectedSpan> Spans => _spans;

    /// <summary>What makes a service send its traces here, soon.</summary>
    public IEnumerable<KeyValuePair<string, string>> Environment =>
        [new("OTEL_EXPORTER_OTLP_ENDPOINT", Address), new("OTEL_BSP_SCHEDULE_DELAY", "100"), new("OTEL_METRIC_EXPORT_INTERVAL", "3600000")];

    public static async Task<TraceCollector> StartAsync()
    {
        var collector = new TraceCollector();
        await collector._app.StartAsync();
        return collector;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private sealed class Endpoint(TraceCollector collector) : TraceService.TraceServiceBase
    {
        public override Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context)
        {
            foreach (var sent in request.ResourceSpans)
            {
                var service = sent.Resource.Attributes.Single(attribute => attribute.Key == "service.name").Value.StringValue;
                foreach (var span in sent.ScopeSpans.SelectMany(scope => scope.Spans))
                    collector._spans.Enqueue(new CollectedSpan(service, span.Name, Hex(span.TraceId), Hex(span.SpanId), Hex(span.ParentSpanId)));
            }

            return Task.FromResult(new ExportTraceServiceResponse());
        }

        private static string Hex(Google.Protobuf.ByteString bytes) => Convert.ToHexStringLower(bytes.Span);
    }
}
