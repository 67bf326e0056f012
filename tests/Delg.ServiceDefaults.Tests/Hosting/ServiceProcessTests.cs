using Delg.ServiceDefaults.Hosting;
using Microsoft.Extensions.Logging;

namespace Delg.ServiceDefaults.Tests.Hosting;

public sealed class ServiceProcessTests
{
    [Fact]
    public async Task Run_WrongOptions_NamesEachWithoutAStackTrace()
    {
        var (code, errors) = await RunAsync("--Test:MaxMessageBytes=1", "--Test:ShutdownGraceSeconds=-1");

        Assert.Equal(ServiceProcess.WrongOptions, code);
        Assert.Contains("Test:MaxMessageBytes is '1'", errors, StringComparison.Ordinal);
        Assert.Contains("Test:ShutdownGraceSeconds is '-1'", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AddressInUse_SaysWhichWithoutAStackTrace()
    {
        await using var holder = await TestService.ListenAsync(("Test:Listen", "http://127.0.0.1:0"));
        var address = holder.App.Urls.Single();

        var (code, errors) = await RunAsync($"--Test:Listen={address}");

        Assert.Equal(ServiceProcess.Failed, code);
        Assert.Contains(address, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_StartException_ShowsItsMessage()
    {
        using var errors = new StringWriter();

        var code = await ServiceProcess.RunAsync([], _ => throw new ServiceStartException("The folder is taken."), _ => { }, errors);

        Assert.Equal((ServiceProcess.Failed, true), (code, errors.ToString().Contains("The folder is taken.", StringComparison.Ordinal)));
    }

    private static async Task<(int Code, string Errors)> RunAsync(params string[] args)
    {
        using var errors = new StringWriter();
        var code = await ServiceProcess.RunAsync(
            args,
            builder =>
            {
                builder.Logging.ClearProviders();
                builder.AddServiceDefaults("Test", defaultPort: 0);
            },
            app => app.MapServiceDefaults(),
            errors);
        return (code, errors.ToString());
    }
}
