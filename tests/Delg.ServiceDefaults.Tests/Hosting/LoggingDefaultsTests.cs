using Delg.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

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
}
