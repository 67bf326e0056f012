namespace Delg.Extractor;

/// <summary>Registers and maps the service.</summary>
public static class ExtractorHosting
{
    /// <summary>Configuration section, and the port it listens on unless told otherwise.</summary>
    public const string Section = "Extractor";

    public const int DefaultPort = 5101;

    public static WebApplicationBuilder AddExtractor(this WebApplicationBuilder builder) => builder;

    public static WebApplication MapExtractor(this WebApplication app) => app;
}
