namespace Delg.Gateway;

/// <summary>Registers and maps the service.</summary>
public static class GatewayHosting
{
    /// <summary>Configuration section, and the port it listens on unless told otherwise.</summary>
    public const string Section = "Gateway";

    public const int DefaultPort = 5100;

    public const int DefaultHttpPort = 8080;

    public static WebApplicationBuilder AddGateway(this WebApplicationBuilder builder) => builder;

    public static WebApplication MapGateway(this WebApplication app) => app;
}
