using Delg.LocalVerifier.Service;
using Delg.LocalVerifier.Stores;
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

    // The service's folder below the data folder.
    private const string StoreFolder = "local-verifier";

    public static WebApplicationBuilder AddLocalVerifier(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddValidatedOptions<LocalVerifierOptions>(Section);
        services.AddValidatedOptions<SqliteStoreOptions>($"{Section}:Sqlite");
        services.AddSingleton<IFeatureStore>(provider =>
            SqliteFeatureStore.Open(
            DataFolder.For(provider.GetRequiredService<IConfiguration>(), StoreFolder), provider.GetRequiredService<IOptions<SqliteStoreOptions>>().Value));
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
}
