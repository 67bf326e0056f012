using Delg.ServiceDefaults.Hosting;
using Delg.ServiceDefaults.Tests.Tls;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Delg.ServiceDefaults.Tests.Hosting;

public class OpenServiceWarningTests
{
    [Theory]
    [InlineData("http://127.0.0.1:0", false, false)]
    [InlineData("http://localhost:0", false, false)]
    [InlineData("http://[::1]:0", false, false)]
    [InlineData("http://0.0.0.0:0", false, true)]
    [InlineData("http://*:0", false, true)]
    [InlineData("https://*:0", true, false)]
    public async Task Service_OffLoopbackWithoutCertificatesOfCallers_WarnsOnce(string listen, bool asksForCertificates, bool warns)
    {
        using var log = new WarningLog();
        using var authority = new TestAuthority();
        var shown = authority.Server();
        List<(string, string)> settings = [("Test:Listen", listen)];
        if (asksForCertificates)
            settings.AddRange([("Test:Tls:CertificateFile", shown.Certificate), ("Test:Tls:KeyFile", shown.Key), ("Test:Tls:ClientAuthorityFile", authority.AuthorityFile)]);

        await using (await TestService.StartAsync(null, builder => builder.WarnWhenOpen("Test").Services.AddSingleton<ILoggerProvider>(log), settings))
            Assert.Equal(warns ? 1 : 0, log.Warnings.Count(text => text.Contains("ANYONE", StringComparison.Ordinal) && text.Contains(listen, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.9.9.9", true)]
    [InlineData("[::1]", true)]
    [InlineData("::1", true)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("*", false)]
    [InlineData("", false)]
    public void IsHost_NameOrAddress_IsTheMachinesOwnOrNot(string host, bool expected) => Assert.Equal(expected, Loopback.IsHost(host));
}
