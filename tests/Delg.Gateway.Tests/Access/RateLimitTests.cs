using System.Net;
using System.Text.Json;
using Delg.Contracts.Errors;
using Delg.Gateway.Access;
using Delg.Gateway.Access.Keys;
using Delg.Gateway.Access.Rates;
using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Tests.Access;

public class RateLimitTests
{
    private readonly FakeTime _time = new();

    [Fact]
    public async Task Key_BeyondItsBurst_IsRateLimitedUntilTimeHasPassed()
    {
        using var folder = new KeyFolder();
        var (first, second) = (folder.Add(Role.Read, "*"), folder.Add(Role.Read, "*"));
        await using var gateway = await StartAsync([.. folder.Settings, ("RequestsPerSecondPerKey", "0.5"), ("BurstPerKey", "2")]);
        await ListAsync(gateway.ClientWith(first));
        await ListAsync(gateway.ClientWith(first));

        var failure = await Failures.OfAsync(gateway.ClientWith(first).ListImageCollectionsAsync(new ListImageCollectionsRequest()));

        Assert.Equal((StatusCode.ResourceExhausted, ErrorReason.RateLimited), (failure.Code, failure.Reason));
        Assert.Equal(TimeSpan.FromSeconds(2), failure.RetryDelay);
        Assert.Equal("0.5", failure.Details["requests_per_second"]);
        await ListAsync(gateway.ClientWith(second));
        _time.Pass(TimeSpan.FromSeconds(2));
        await ListAsync(gateway.ClientWith(first));
    }

    [Fact]
    public async Task Key_BeyondItsBurst_OverHttp_Is429WithRetryAfter()
    {
        using var folder = new KeyFolder();
        var key = folder.Add(Role.Read, "*");
        await using var gateway = await StartAsync([.. folder.Settings, ("RequestsPerSecondPerKey", "0.4"), ("BurstPerKey", "1")]);
        using var http = gateway.NewHttpClient(key);

        var served = await http.GetAsync("/v1/collections");
        var refused = await http.GetAsync("/v1/collections");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.TooManyRequests), (served.StatusCode, refused.StatusCode));
        Assert.Equal(TimeSpan.FromSeconds(3), refused.Headers.RetryAfter?.Delta);
        Assert.Equal(ErrorReason.RateLimited, JsonDocument.Parse(await refused.Content.ReadAsStringAsync()).RootElement.GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData(1.0, 1)]
    [InlineData(0.0, 5)]
    public async Task Key_WithALimitOfItsOwn_HasThatOne(double own, int served)
    {
        using var folder = new KeyFolder();
        var key = folder.Add(Role.Read, "*");
        KeyFile.Change(folder.KeyFile, records => [.. records.Select(record => record with { RequestsPerSecond = own })]);
        await using var gateway = await StartAsync([.. folder.Settings, ("RequestsPerSecondPerKey", "100"), ("BurstPerKey", "1")]);

        Assert.Equal(served, await ServedAsync(gateway.ClientWith(key), of: 5));
    }

    [Theory]
    [InlineData("1", 2)]
    [InlineData("0", 5)]
    public async Task Address_WithoutKeys_HasItsLimit(string limit, int served)
    {
        await using var gateway = await StartAsync(("RequestsPerSecondPerAddress", limit), ("BurstPerAddress", "2"));

        Assert.Equal(served, await ServedAsync(gateway.Client, of: 5));
    }

    [Fact]
    public async Task Stream_BeyondTheRate_IsSlowedNotRefused()
    {
        await using var gateway = await GatewayHost.StartAsync(("RequestsPerSecondPerAddress", "100"), ("BurstPerAddress", "1"));
        using var stream = gateway.Client.IndexImages(deadline: DateTime.UtcNow.AddSeconds(60));
        for (var i = 0; i < 5; i++)
            await stream.RequestStream.WriteAsync(new IndexImagesRequest { Image = new IndexImageRequest { ImageId = $"i{i}", Image = ByteString.CopyFrom(1) } });
        await stream.RequestStream.CompleteAsync();

        var outcomes = await stream.ResponseStream.ReadAllAsync().Select(answer => answer.Outcome).ToListAsync();

        Assert.Equal(Enumerable.Repeat(IndexOutcome.Added, 5), outcomes);
    }

    [Fact]
    public void Callers_BeyondThoseCounted_AreForgotten_ButNotWhoHasUsedUpItsRate()
    {
        var options = new RateOptions { RequestsPerSecondPerAddress = 0.01, BurstPerAddress = 3, MaxCountedCallers = 100 };
        var limits = new RateLimits(Options.Create(options), _time);
        var greedy = Caller.Anonymous("greedy");
        for (var i = 0; i < options.BurstPerAddress; i++)
            limits.Take(greedy);

        for (var i = 0; i < 1000; i++)
        {
            limits.Take(Caller.Anonymous($"other {i}"));
            Assert.InRange(limits.CountedCallers, 1, options.MaxCountedCallers);
        }

        Assert.Equal(ErrorReason.RateLimited, Assert.Throws<DelgException>(() => limits.Take(greedy)).Reason);
    }

    private Task<GatewayHost> StartAsync(params (string Key, string Value)[] settings) =>
        GatewayHost.StartAsync(services => services.AddSingleton<TimeProvider>(_time), settings);

    private static async Task ListAsync(ImageSearchService.ImageSearchServiceClient client) => await client.ListImageCollectionsAsync(new ListImageCollectionsRequest());

    private static async Task<int> ServedAsync(ImageSearchService.ImageSearchServiceClient client, int of)
    {
        var served = 0;
        for (var i = 0; i < of; i++)
        {
            try
            {
                await ListAsync(client);
                served++;
            }
            catch (RpcException failure) when (failure.ToDelgException().Reason == ErrorReason.RateLimited)
            {
                // Counted by not being counted.
            }
        }

        return served;
    }
}
