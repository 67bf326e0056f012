using Delg.ServiceDefaults.Hosting;
using Delg.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Delg.Gateway.Tests.Fakes;

/// <summary>The three services on one loopback port, each call noted in one journal.</summary>
internal sealed class FakeBackends : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeBackends(IEnumerable<(string Key, string Value)> settings)
    {
        Extractor = new FakeExtractor(Journal);
        Index = new FakeIndex(Journal);
        Verifier = new FakeVerifier(Journal);
        var builder = LoopbackHost.NewBuilder();
        builder.AddServiceDefaults("Fakes", 0);
        builder.Configuration.AddInMemoryCollection([new("Fakes:Listen", "http://127.0.0.1:0")]);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"Fakes:{s.Key}", (string?)s.Value)));
        builder.Services.AddSingleton(Extractor).AddSingleton(Index).AddSingleton(Verifier);
        builder.Services.AddHealthChecks().AddCheck("fakes", () => IsReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(), [ServiceHosting.ReadyTag]);
        builder.Services.Configure<HealthCheckPublisherOptions>(options => options.Period = TimeSpan.FromSeconds(1));
        _app = builder.Build();
        _app.MapServiceDefaults();
        _app.MapGrpcService<FakeExtractor>();
        _app.MapGrpcService<FakeIndex>();
        _app.MapGrpcService<FakeVerifier>();
        // None of the services has a streaming method yet; a proxy has to pass one all the same.
        _app.MapPost(EchoPath, async (HttpContext context) =>
        {
            context.Response.ContentType = context.Request.ContentType;
            await context.Response.StartAsync();
            await context.Request.BodyReader.CopyToAsync(context.Response.BodyWriter);
        });
    }

    /// <summary>A stream in both directions: what is sent comes back as it arrives.</summary>
    public static string EchoPath => $"/{ExtractorService.Descriptor.FullName}/Echo";

    public CallJournal Journal { get; } = new();

    public FakeExtractor Extractor { get; }

    public FakeIndex Index { get; }

    public FakeVerifier Verifier { get; }

    public bool IsReady { get; set; } = true;

    public string Address => LoopbackHost.AddressesOf(_app)[0];

    /// <param name="settings">Of how they listen, where not in clear text on a free port.</param>
    public static async Task<FakeBackends> StartAsync(params IEnumerable<(string Key, string Value)> settings)
    {
        var backends = new FakeBackends(settings);
        await backends._app.StartAsync();
        return backends;
    }

    /// <summary>Answers what it was asked, then is gone, as a process that is told to end.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
