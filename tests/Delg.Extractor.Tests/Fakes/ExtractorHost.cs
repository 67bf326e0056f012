using Delg.Contracts.Errors;
using Delg.Extractor.Inference;
using Delg.Extractor.Queueing;
using Delg.Imaging;
using Delg.Imaging.Decoding;
using Delg.ServiceDefaults.Hosting;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Delg.Extractor.Tests.Fakes;

/// <summary>The service on a free loopback port, around a fake engine or the real one.</summary>
internal sealed class ExtractorHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private ExtractorHost(WebApplication app)
    {
        _app = app;
        Address = app.Urls.First();
        _channel = GrpcChannel.ForAddress(Address);
        Client = new ExtractorService.ExtractorServiceClient(_channel);
    }

    public string Address { get; }

    public ExtractorService.ExtractorServiceClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public int Pending => _app.Services.GetRequiredService<ExtractionQueue>().Pending;

    private int InLanes => _app.Services.GetRequiredService<ExtractionQueue>().InLanes;

    /// <param name="engine">Null: the real one.</param>
    /// <param name="settings">Keys of the section <c>Extractor</c>.</param>
    public static async Task<ExtractorHost> StartAsync(FakeEngine? engine, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults(ExtractorHosting.Section, 0);
        builder.AddExtractor();
        if (engine is not null)
            builder.Services.AddSingleton<Func<IExtractionEngine>>(() => engine);
        // The network of a fake is warm: otherwise its first picture would be the warm-up's.
        builder.Configuration.AddInMemoryCollection([new("Extractor:Listen", "http://127.0.0.1:0"), new("Extractor:WarmUp", "false")]);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>($"Extractor:{s.Key}", s.Value)));
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapExtractor();
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new ExtractorHost(app);
    }

    /// <summary>A black picture of this width as a request.</summary>
    public static ExtractRequest Picture(int width, ExtractionPriority priority = ExtractionPriority.Query) =>
        new() { Image = ByteString.CopyFrom(ImageEncoder.Png(new RgbImage(width, 40))), Priority = priority };

    public static async Task<DelgException> FailureOfAsync<T>(AsyncUnaryCall<T> call) =>
        (await Assert.ThrowsAsync<RpcException>(async () => await call)).ToDelgException();

    public async Task StopAsync() => await _app.StopAsync();

    /// <summary>Waits until so many images are waiting.</summary>
    public async Task WaitForPendingAsync(int count)
    {
        for (var i = 0; i < 3000 && Pending != count; i++)
            await Task.Delay(10);
        Assert.Equal(count, Pending);
    }

    /// <summary>Waits until so many of the waiting images are decoded.</summary>
    public async Task WaitForDecodedAsync(int count)
    {
        for (var i = 0; i < 3000 && InLanes != count; i++)
            await Task.Delay(10);
        Assert.Equal(count, InLanes);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _app.DisposeAsync();
    }
}
