using Delg.Extractor.Decoding;
using Delg.Extractor.Inference;
using Delg.Extractor.Queueing;
using Delg.Extractor.Telemetry;
using Delg.ServiceDefaults.Hosting;
using Delg.ServiceDefaults.Options;
using Microsoft.Extensions.Options;

namespace Delg.Extractor;

/// <summary>Registers and maps the service.</summary>
public static class ExtractorHosting
{
    /// <summary>Configuration section, and the port it listens on unless told otherwise.</summary>
    public const string Section = "Extractor";

    public const int DefaultPort = 5101;

    public static WebApplicationBuilder AddExtractor(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.WarnWhenOpen(Section);
        builder.Services.AddSingleton<IValidateOptions<ExtractorOptions>, ExtractorOptionsCheck>();
        builder.Services.AddValidatedOptions<ExtractorOptions>(Section);
        builder.Services.AddSingleton<ExtractorTelemetry>();
        builder.Services.AddSingleton<BoundedDecoding>();
        builder.Services.AddSingleton<ExtractionQueue>();
        builder.Services.AddSingleton<Func<IExtractionEngine>>(provider => () => DelgEngine.Load(provider.GetRequiredService<IOptions<ExtractorOptions>>().Value));
        builder.Services.AddSingleton<InferenceWorker>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<InferenceWorker>());
        builder.Services.AddHealthChecks().AddCheck<WorkerHealthCheck>("network", tags: [ServiceHosting.ReadyTag]);
        return builder;
    }

    public static WebApplication MapExtractor(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGrpcService<ExtractorEndpoint>();
        return app;
    }
}
