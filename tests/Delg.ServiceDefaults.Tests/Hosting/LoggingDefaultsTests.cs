using Delg.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Delg.ServiceDefaults.Tests.Hosting;

public class LoggingDefaultsTests
{
    [Theory]
    [InlineData(new string[] { }, false)]
    [InlineData(new[] { "--Logging:LogLevel:Microsoft.AspNetCore", "Information" }, true)]
    public void Requests_AreLoggedOnlyWhenAskedFor(string[] args, bool logged)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults("Test", 0);
        using var services = builder.Services.BuildServiceProvider();

        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics");

        Assert.Equal(logged, logger.IsEnabled(LogLevel.Information));
    }

    [Theory]
    [InlineData(new string[] { }, null)]
    [InlineData(new[] { "--Test:Logs", "Text" }, null)]
    [InlineData(new[] { "--Test:Logs", "json" }, ConsoleFormatterNames.Json)]
    public void Logs_AreInTheFormAskedFor(string[] args, string? formatter)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults("Test", 0);
        using var services = builder.Services.BuildServiceProvider();

        Assert.Equal(formatter, services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.FormatterName);
    }

    [Fact]
    public void Logs_InNoKnownForm_AreAMistake()
    {
        var failure = Assert.Throws<OptionsValidationException>(() => TestService.NewBuilder(("Test:Logs", "xml")).Build());

        Assert.Contains("Test:Logs is 'xml': it must be one of Text, Json.", failure.Message, StringComparison.Ordinal);
    }
}
