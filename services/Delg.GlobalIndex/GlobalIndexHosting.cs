namespace Delg.GlobalIndex;

/// <summary>Registers and maps the service.</summary>
public static class GlobalIndexHosting
{
    /// <summary>Configuration section, and the port it listens on unless told otherwise.</summary>
    public const string Section = "GlobalIndex";

    public const int DefaultPort = 5102;

    public static WebApplicationBuilder AddGlobalIndex(this WebApplicationBuilder builder) => builder;

    public static WebApplication MapGlobalIndex(this WebApplication app) => app;
}
