using System.Net;
using Delg.ServiceDefaults.Errors;
using Delg.ServiceDefaults.Options;
using Delg.ServiceDefaults.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Delg.ServiceDefaults.Hosting;

/// <summary>What every service does alike: one call before the builder is built, one after.</summary>
public static class ServiceHosting
{
    /// <summary>Health checks with this tag decide readiness; the others only say that the process lives.</summary>
    public const string ReadyTag = "ready";

    /// <summary>
    /// Name under which gRPC health answers for the process alone, without the checks that decide readiness: what a liveness probe asks, so
    /// that a failing dependency does not restart a healthy process. The empty name answers for everything.
    /// </summary>
    public const string LiveService = "live";

    /// <summary>Name of the activity source and meter prefix of everything this system measures itself.</summary>
    public const string TelemetryName = "Delg";

    /// <summary>
    /// Configuration from <c>DELG_…</c> variables, listening, gRPC with the error model, health, telemetry. Building the application then throws
    /// <see cref="OptionsValidationException"/> when options are wrong, and names all of them.
    /// </summary>
    /// <param name="builder">The service's builder.</param>
    /// <param name="section">Configuration section of the service, e.g. <c>Extractor</c>; variables are <c>DELG_Extractor__Listen</c> and so on.</param>
    /// <param name="defaultPort">gRPC port on loopback when <c>Listen</c> is not set.</param>
    /// <param name="defaultHttpPort">HTTP/1.1 port on loopback when <c>HttpListen</c> is not set; null: none.</param>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, string section, int defaultPort, int? defaultHttpPort = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        // Requests are in the traces: a log line each, health probes included, would drown all others. First, so that any setting goes before it.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = [new("Logging:LogLevel:Microsoft.AspNetCore", "Warning")] });
        builder.Configuration.AddEnvironmentVariables("DELG_");
        builder.Services.AddValidatedOptions<ServiceListenOptions>(section).PostConfigure(options =>
        {
            if (options.Listen.Length == 0)
                options.Listen = $"http://127.0.0.1:{defaultPort}";
            if (options.HttpListen.Length == 0 && defaultHttpPort is { } port)
                options.HttpListen = $"http://127.0.0.1:{port}";
        });
        builder.Services.AddSingleton<IValidateOptions<ServiceTlsOptions>>(provider => new ServiceTlsOptionsCheck(section, provider.GetRequiredService<IConfiguration>()));
        builder.Services.AddValidatedOptions<ServiceTlsOptions>($"{section}:Tls");
        builder.Services.AddHostedService<EffectiveOptionsLog>();
        AddListening(builder);
        AddGrpc(builder);
        AddTelemetry(builder, section);
        AddLogs(builder, section);
        return builder;
    }

    /// <summary>For a service that asks its callers for no key: a warning at start where others than this machine can reach it.</summary>
    public static WebApplicationBuilder WarnWhenOpen(this WebApplicationBuilder builder, string section)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddHostedService(provider => ActivatorUtilities.CreateInstance<OpenServiceWarning>(provider, section));
        return builder;
    }

    /// <summary>Before any endpoint is mapped: maps health (gRPC and /livez, /readyz) and, where switched on, metrics and reflection. All are open to everybody.</summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var options = app.Services.GetRequiredService<IOptions<ServiceListenOptions>>().Value;
        app.UseMiddleware<MessageLimitStatus>();
        if (options.MetricsListen.Length > 0)
            app.MapMetrics();
        app.MapGrpcHealthChecksService().AllowAnonymous();
        app.MapHealthChecks("/livez", new HealthCheckOptions { Predicate = check => !check.Tags.Contains(ReadyTag) }).AllowAnonymous();
        app.MapHealthChecks("/readyz").AllowAnonymous();
        if (options.Reflection)
            app.MapGrpcReflectionService().AllowAnonymous();
        return app;
    }

    private static void AddListening(WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<ServiceListenOptions>, IOptions<ServiceTlsOptions>>((kestrel, options, tls) =>
        {
            // gRPC message limits are enforced per message; Kestrel's body limit would cut long streams.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            var encrypt = ServerTls.Of(tls.Value);
            Listen(kestrel, options.Value.Listen, HttpProtocols.Http2, encrypt);
            if (options.Value.HttpListen.Length > 0)
                Listen(kestrel, options.Value.HttpListen, HttpProtocols.Http1, encrypt);
            if (options.Value.MetricsListen.Length > 0)
                Listen(kestrel, options.Value.MetricsListen, HttpProtocols.Http1, encrypt, MetricsEndpoint.Mark);
        });
        builder.Services.AddOptions<HostOptions>().Configure<IServiceProvider>((host, services) =>
        {
            // The first options that Build reads: from here every mistake of every class is reported, not only the first one met.
            ValidatedOptions.ThrowIfInvalid(services);
            host.ShutdownTimeout = TimeSpan.FromSeconds(services.GetRequiredService<IOptions<ServiceListenOptions>>().Value.ShutdownGraceSeconds);
        });
    }

    private static void Listen(KestrelServerOptions kestrel, string address, HttpProtocols protocols, Action<ListenOptions> encrypt, Action<ListenOptions>? mark = null)
    {
        var url = BindingAddress.Parse(address);
        void Configure(ListenOptions listen)
        {
            listen.Protocols = protocols;
            mark?.Invoke(listen);
            if (url.Scheme == "https")
                encrypt(listen);
        }

        if (IPAddress.TryParse(url.Host.Trim('[', ']'), out var ip))
            kestrel.Listen(ip, url.Port, Configure);
        else if (url.Host == "localhost" && url.Port != 0)
            kestrel.ListenLocalhost(url.Port, Configure);
        else if (url.Host == "localhost")
            kestrel.Listen(IPAddress.Loopback, 0, Configure);
        else
            kestrel.ListenAnyIP(url.Port, Configure);
    }

    private static void AddGrpc(WebApplicationBuilder builder)
    {
        builder.Services.AddGrpc(grpc => grpc.Interceptors.Add<ErrorInterceptor>());
        builder.Services.AddOptions<Grpc.AspNetCore.Server.GrpcServiceOptions>().Configure<IOptions<ServiceListenOptions>>((grpc, options) =>
        {
            grpc.MaxReceiveMessageSize = options.Value.MaxMessageBytes;
            grpc.MaxSendMessageSize = null;
        });
        builder.Services.AddGrpcReflection();
        builder.Services.AddGrpcHealthChecks(health =>
        {
            health.Services.Map("", _ => true);
            health.Services.Map(LiveService, check => !check.Tags.Contains(ReadyTag));
        }).AddCheck("process", () => HealthCheckResult.Healthy());
        // Published soon and then often: a fresh pod should be found ready within seconds. Not at once: a service that needs a moment to open its
        // files would begin its log with a failure.
        builder.Services.Configure<HealthCheckPublisherOptions>(publisher =>
        {
            publisher.Delay = TimeSpan.FromMilliseconds(250);
            publisher.Period = TimeSpan.FromSeconds(2);
        });
    }

    private static void AddTelemetry(WebApplicationBuilder builder, string section)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService($"delg-{section.ToLowerInvariant()}"))
            .WithMetrics(metrics => metrics.AddAspNetCoreInstrumentation().AddRuntimeInstrumentation().AddMeter($"{TelemetryName}.*").AddView(DurationBuckets.Of))
            .WithTracing(tracing => tracing
                .AddAspNetCoreInstrumentation(web => web.Filter = context => !IsProbe(context.Request.Path) && context.Request.Path != MetricsEndpoint.Path)
                .AddSource($"{TelemetryName}.*"));
        if (!string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            telemetry.WithMetrics(metrics => metrics.AddOtlpExporter()).WithTracing(tracing => tracing.AddOtlpExporter());
        if (!string.IsNullOrEmpty(builder.Configuration[$"{section}:{nameof(ServiceListenOptions.MetricsListen)}"]))
            telemetry.WithMetrics(metrics => metrics.AddPrometheusExporter());
    }

    private static void AddLogs(WebApplicationBuilder builder, string section)
    {
        builder.Services.Configure<JsonConsoleFormatterOptions>(json =>
        {
            json.IncludeScopes = true;
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "O";
        });
        // Read as it stands: loggers are made before options are checked, and a wrong value is that check's to report.
        builder.Services.AddOptions<ConsoleLoggerOptions>().Configure<IConfiguration>((console, configuration) =>
        {
            if (nameof(LogForm.Json).Equals(configuration[$"{section}:{nameof(ServiceListenOptions.Logs)}"], StringComparison.OrdinalIgnoreCase))
                console.FormatterName = ConsoleFormatterNames.Json;
        });
    }

    /// <summary>Whether a path is one that only asks for health.</summary>
    internal static bool IsProbe(PathString path) =>
        path.StartsWithSegments("/grpc.health.v1.Health") || path.StartsWithSegments("/livez") || path.StartsWithSegments("/readyz");
}
