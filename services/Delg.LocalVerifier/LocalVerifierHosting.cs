using Delg.LocalVerifier.Service;
using Delg.LocalVerifier.Stores;
using Delg.LocalVerifier.Stores.Redis;
using Delg.LocalVerifier.Stores.Sqlite;
using Delg.ServiceDefaults.Hosting;
using Delg.ServiceDefaults.Options;
using Microsoft.Extensions.Options;

namespace Delg.LocalVerifier;

/// <summary>Registers and maps the service.</summary>
public static class LocalVerifierHosting
{
    /// <summary>Configuration section, and the port it listens on unless told otherwise.</summary>
    public const string Section = "LocalVerifier";

    public const int DefaultPort = 5103;

    private const string SqliteSection = $"{Section}:{nameof(FeatureStoreKind.Sqlite)}";

    private const string RedisSection = $"{Section}:{nameof(FeatureStoreKind.Redis)}";

    // The service's folder below the data folder.
    private const string StoreFolder = "local-verifier";

    public static WebApplicationBuilder AddLocalVerifier(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.WarnWhenOpen(Section);
        var services = builder.Services;
        services.AddValidatedOptions<LocalVerifierOptions>(Section);
        services.AddValidatedOptions<SqliteStoreOptions>(SqliteSection);
        services.AddValidatedOptions<RedisStoreOptions>(RedisSection);
        services.AddSingleton<IValidateOptions<RedisStoreOptions>>(provider =>
            new RedisStoreOptionsCheck(RedisSection, provider.GetRequiredService<IOptions<LocalVerifierOptions>>()));
        services.AddSingleton(OpenStore);
        services.AddSingleton<FeatureLibrary>();
        services.AddSingleton<PairVerifier>();
        services.AddSingleton<CandidateVerification>();
        services.AddSingleton<VerificationMetrics>();
        services.AddHostedService<OpenStoreAtStart>();
        services.AddHealthChecks().AddCheck<StoreHealthCheck>("store", tags: [ServiceHosting.ReadyTag]);
        return builder;
    }

    public static WebApplication MapLocalVerifier(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGrpcService<LocalVerifierCalls>();
        return app;
    }

    private static IFeatureStore OpenStore(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<LocalVerifierOptions>>().Value.Store == FeatureStoreKind.Redis
            ? new RedisFeatureStore(
                provider.GetRequiredService<IOptions<RedisStoreOptions>>().Value, provider.GetRequiredService<ILogger<RedisFeatureStore>>())
            : SqliteFeatureStore.Open(
                DataFolder.For(provider.GetRequiredService<IConfiguration>(), StoreFolder), provider.GetRequiredService<IOptions<SqliteStoreOptions>>().Value);
}
