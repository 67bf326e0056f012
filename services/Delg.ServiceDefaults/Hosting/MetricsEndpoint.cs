using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Delg.ServiceDefaults.Hosting;

/// <summary>
/// An address of its own for those who run the service: metrics for Prometheus, and the probes. Nothing else is answered there, and metrics are answered
/// nowhere else, so that a network can keep the two apart.
/// </summary>
internal static class MetricsEndpoint
{
    /// <summary>Where Prometheus looks unless told otherwise.</summary>
    public const string Path = "/metrics";

    private static readonly object _mark = new();

    /// <summary>Marks the connections of an address.</summary>
    public static void Mark(ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Items[_mark] = true;
        return next(connection);
    });

    /// <summary>Maps the metrics and keeps the two apart. Before anything else is mapped.</summary>
    public static void MapMetrics(this WebApplication app)
    {
        app.Use((context, next) => IsAllowed(context) ? next(context) : NotFound(context));
        app.MapPrometheusScrapingEndpoint(Path).AllowAnonymous();
    }

    private static bool IsAllowed(HttpContext context)
    {
        var isMetrics = context.Request.Path == Path;
        return IsMarked(context) ? isMetrics || ServiceHosting.IsProbe(context.Request.Path) : !isMetrics;
    }

    private static bool IsMarked(HttpContext context) => context.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(_mark) == true;

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
