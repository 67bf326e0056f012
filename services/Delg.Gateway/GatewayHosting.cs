using Delg.Gateway.Access;
using Delg.Gateway.Admission;
using Delg.Gateway.Backends;
using Delg.Gateway.Backup;
using Delg.Gateway.Duplicates;
using Delg.Gateway.Http;
using Delg.Gateway.Indexing;
using Delg.Gateway.PassThrough;
using Delg.Gateway.Ranking;
using Delg.Gateway.Remote;
using Delg.Gateway.Searching;
using Delg.Gateway.Telemetry;
using Delg.Gateway.Upkeep;
using Delg.Gateway.Web;
using Delg.ServiceDefaults.Hosting;
using Delg.ServiceDefaults.Options;
using Delg.V1;
using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Delg.Gateway;

/// <summary>Registers and maps the service.</summary>
public static class GatewayHosting
{
    /// <summary>Configuration section, and the ports it listens on unless told otherwise.</summary>
    public const string Section = "Gateway";

    public const int DefaultPort = 5100;

    public const int DefaultHttpPort = 8080;

    public static WebApplicationBuilder AddGateway(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddOptions(builder);
        AddBackends(builder.Services);
        builder.Services.AddSingleton<GatewayTelemetry>();
        builder.Services.AddSingleton<ImageCollections>();
        builder.Services.AddSingleton<WriteOrder>();
        builder.Services.AddSingleton<IndexEntries>();
        builder.Services.AddSingleton<ImageMetadata>();
        builder.Services.AddSingleton<ImageIndexing>();
        builder.Services.AddSingleton<IndexStream>();
        builder.Services.AddSingleton<ImageRecords>();
        builder.Services.AddSingleton<ImageRemoval>();
        builder.Services.AddSingleton<ImageExport>();
        builder.Services.AddSingleton<ImageImport>();
        builder.Services.AddSingleton<ImageCheck>();
        builder.Services.AddSingleton<GlobalDescriptors>();
        builder.Services.AddSingleton<Comparisons>();
        builder.Services.AddSingleton<QuerySource>();
        builder.Services.AddSingleton<DuplicateFolding>();
        builder.Services.AddSingleton<DuplicateSearch>();
        builder.Services.AddSingleton<ModelFusion>();
        builder.Services.AddSingleton<ImageSearch>();
        builder.Services.AddSingleton<ImageMatching>();
        builder.Services.AddSingleton<IRemoteNetwork, RemoteNetwork>();
        builder.Services.AddSingleton<RemoteImages>();
        builder.Services.AddAccess();
        builder.Services.AddSingleton<RequestBytes>();
        builder.Services.AddHttp();
        builder.Services.AddReverseProxy().AddDnsDestinationResolver(dns => dns.RefreshPeriod = BackendChannels.DnsRefresh);
        builder.Services.AddSingleton<IProxyConfigProvider, PassThroughConfig>();
        builder.Services.AddSingleton<IForwarderHttpClientFactory, BackendHttpClients>();
        return builder;
    }

    public static WebApplication MapGateway(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseHttp();
        app.UseWebPage();
        app.MapGrpcService<ImageSearchEndpoint>();
        if (app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value.PassThrough)
            app.MapReverseProxy();
        return app;
    }

    private static void AddOptions(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<BackendTlsOptions>, BackendTlsOptionsCheck>();
        builder.Services.AddValidatedOptions<BackendTlsOptions>(BackendTlsOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsCheck>();
        builder.Services.AddValidatedOptions<GatewayOptions>(Section).PostConfigure<IConfiguration>((options, configuration) =>
        {
            options.Extractor = AddressOf(options.Extractor, configuration, "EXTRACTOR", 5101);
            options.GlobalIndex = AddressOf(options.GlobalIndex, configuration, "GLOBAL_INDEX", 5102);
            options.LocalVerifier = AddressOf(options.LocalVerifier, configuration, "LOCAL_VERIFIER", 5103);
        });
    }

    private static string AddressOf(string configured, IConfiguration configuration, string tyeName, int defaultPort) =>
        configured.Length > 0 ? configured : BackendAddress.FromTye(configuration, tyeName) ?? $"http://127.0.0.1:{defaultPort}";

    private static void AddBackends(IServiceCollection services)
    {
        services.AddSingleton<ResolverFactory>(new DnsResolverFactory(BackendChannels.DnsRefresh));
        services.AddSingleton<BackendChannels>();
        services.AddSingleton<BackendCalls>();
        services.AddSingleton(provider => new ExtractorService.ExtractorServiceClient(provider.GetRequiredService<BackendChannels>().Extractor.Channel));
        services.AddSingleton(provider => new GlobalIndexService.GlobalIndexServiceClient(provider.GetRequiredService<BackendChannels>().GlobalIndex.Channel));
        services.AddSingleton(provider => new LocalVerifierService.LocalVerifierServiceClient(provider.GetRequiredService<BackendChannels>().LocalVerifier.Channel));
        AddReadiness(services, "extractor", channels => channels.Extractor);
        AddReadiness(services, "global-index", channels => channels.GlobalIndex);
        AddReadiness(services, "local-verifier", channels => channels.LocalVerifier);
    }

    private static void AddReadiness(IServiceCollection services, string name, Func<BackendChannels, Backend> backend) =>
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            name,
            provider => new BackendHealthCheck(backend(provider.GetRequiredService<BackendChannels>()), provider.GetRequiredService<IOptions<GatewayOptions>>()),
            HealthStatus.Unhealthy,
            [ServiceHosting.ReadyTag]));
}
