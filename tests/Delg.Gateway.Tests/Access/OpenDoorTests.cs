using Delg.Gateway.Access;
using Delg.Gateway.Tests.Fakes;
using Delg.ServiceDefaults.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Delg.Gateway.Tests.Access;

public class OpenDoorTests
{
    [Theory]
    [InlineData("http://127.0.0.1:0", false, false)]
    [InlineData("http://localhost:0", false, false)]
    [InlineData("http://[::1]:0", false, false)]
    [InlineData("http://0.0.0.0:0", false, true)]
    [InlineData("http://*:0", false, true)]
    [InlineData("http://*:0", true, false)]
    public async Task Gateway_OffLoopbackWithoutKeys_WarnsOnce(string listen, bool hasKeys, bool warns)
    {
        using var folder = new KeyFolder();
        folder.Add(Role.Read, "*");
        using var log = new WarningLog();

        await using (await GatewayHost.StartAsync(services => services.AddSingleton<ILoggerProvider>(log), [("HttpListen", listen), .. hasKeys ? folder.Settings : []]))
            Assert.Equal(warns ? 1 : 0, log.Warnings.Count(text => text.Contains("ANYONE", StringComparison.Ordinal) && text.Contains(listen, StringComparison.Ordinal)));
    }
}
