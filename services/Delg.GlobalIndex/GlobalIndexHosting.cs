using Delg.GlobalIndex.Milvus;
using Delg.ServiceDefaults.Hosting;
using Delg.ServiceDefaults.Options;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Delg.GlobalIndex;

/// <summary>Registers and maps the service.</summary>
public static class GlobalIndexHosting
{
    /// <summary>Configuration section, and the port it listens on unless told otherwise.</summary>
    public const string Section = "GlobalIndex";

    public const int DefaultPort = 5102;

    public static WebApplicationBuilder AddGlobalIndex(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.WarnWhenOpen(Section);
        builder.Services.AddValidatedOptions<GlobalIndexOptions>(Section);
        builder.Services.AddValidatedOptions<MilvusOptions>(MilvusOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<MilvusOptions>, MilvusOptionsCheck>();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IndexStartup>();
        builder.Services.AddHostedService(services => services.GetRequiredService<IndexStartup>());
        builder.Services.AddSingleton<GlobalIndexMeter>();
        builder.Services.AddHealthChecks().AddCheck<IndexStartup>("global index", tags: [ServiceHosting.ReadyTag]);
        return builder;
    }

    public static WebApplication MapGlobalIndex(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGrpcService<GlobalIndexRpc>();
        return app;
    }
}
