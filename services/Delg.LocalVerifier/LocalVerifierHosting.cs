namespace Delg.LocalVerifier;

/// <summary>Registers and maps the service.</summary>
public static class LocalVerifierHosting
{
    /// <summary>Configuration section, and the port it listens on unless told otherwise.</summary>
    public const string Section = "LocalVerifier";

    public const int DefaultPort = 5103;

    public static WebApplicationBuilder AddLocalVerifier(this WebApplicationBuilder builder) => builder;

    public static WebApplication MapLocalVerifier(this WebApplication app) => app;
}
