using System.Net;
using Delg.Gateway.Access;
using Delg.Gateway.Tests.Fakes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Delg.Gateway.Tests.Access;

public class AddressBlockTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2::", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:3::1", "2001:db8:1:3::/64")]
    [InlineData("fe80::1%7", "fe80::/64")]
    [InlineData("::1", "::/64")]
    public void Address_StandsForItsBlock(string address, string block) => Assert.Equal(block, AddressBlock.Of(IPAddress.Parse(address)));

    [Fact]
    public void NoAddress_StandsForNothing() => Assert.Equal("", AddressBlock.Of(null));

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7", true)]
    [InlineData("::ffff:192.0.2.7", "::ffff:192.0.2.8", false)]
    public async Task Callers_WithoutKeys_AreCountedByBlock(string first, string second, bool isOne)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var identity = gateway.Services.GetRequiredService<CallerIdentity>();

        Assert.Equal(isOne, await IdAsync(identity, first) == await IdAsync(identity, second));
    }

    private static async Task<string> IdAsync(CallerIdentity identity, string address) =>
        (await identity.OfAsync(new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(address) } })).Id;
}
