using Delg.Gateway.Access.Keys;
using Delg.Gateway.Access.Rates;
using Delg.Gateway.Access.Tokens;
using Delg.ServiceDefaults.Options;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Access;

/// <summary>Registers who may call, and puts the question before the endpoints.</summary>
internal static class AccessHosting
{
    public static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<AccessOptions>, AccessOptionsCheck>();
        services.AddValidatedOptions<AccessOptions>(GatewayHosting.Section);
        services.AddSingleton<IValidateOptions<JwtOptions>, JwtOptionsCheck>();
        services.AddValidatedOptions<JwtOptions>(JwtOptions.Section);
        services.AddSingleton<KeyRing>();
        services.AddHostedService(provider => provider.GetRequiredService<KeyRing>());
        services.AddSingleton<TokenCheck>();
        services.AddSingleton<CallerIdentity>();
        services.AddValidatedOptions<RateOptions>(GatewayHosting.Section);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RateLimits>();
        services.AddHostedService<OpenDoorWarning>();
        services.AddGrpc().AddServiceOptions<ImageSearchEndpoint>(grpc => grpc.Interceptors.Add<AccessInterceptor>());
    }

    /// <summary>Behind what makes gRPC of gRPC-Web, before everything that answers.</summary>
    public static void UseAccess(this WebApplication app)
    {
        app.UseMiddleware<HostGate>();
        app.UseMiddleware<AccessGate>();
    }
}
