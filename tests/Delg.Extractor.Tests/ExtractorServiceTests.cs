using System.Diagnostics.Metrics;
using Delg.Contracts.Errors;
using Delg.Contracts.Validation;
using Delg.Extractor.Tests.Fakes;
using Delg.Imaging.Decoding;
using Delg.Model.Extraction;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Delg.Extractor.Tests;

public class ExtractorServiceTests
{
    [Fact]
    public async Task Extract_Picture_AnswersBothDescriptorsAsFloat32()
    {
        await using var host = await ExtractorHost.StartAsync(new FakeEngine());

        var response = await host.Client.ExtractAsync(ExtractorHost.Picture(50));

        Assert.Equal([0.6f, 0.8f], response.Global.Values);
        Assert.Equal("fake@0123456789ab", response.Global.ModelId);
        Assert.Equal((50u, 40u), (response.ImageSize.Width, response.ImageSize.Height));
        Assert.Equal((DescriptorEncoding.Float32, 8u), (response.Local.Encoding, response.Local.Dim));
        Assert.Equal([1f, 2f, 3f, 4f], response.Local.Positions);
        Assert.Equal(2 * 8 * sizeof(float), response.Local.Descriptors.Length);
        Assert.True(response.Timings.DecodeMs > 0);
    }

    [Theory]
    [InlineData(20u, 20, 16)]
    [InlineData(1000u, 50, 40)]
    public async Task Extract_Thumbnail_IsASmallJpegWithoutMetadata(uint side, int width, int height)
    {
        await using var host = await ExtractorHost.StartAsync(new FakeEngine());
        var request = ExtractorHost.Picture(50);
        request.ThumbnailSidePixels = side;

        var thumbnail = (await host.Client.ExtractAsync(request)).Thumbnail;

        var picture = new ImageDecoder(new DecodeLimits()).Decode(thumbnail.Memory);
        Assert.Equal((width, height), (picture.Width, picture.Height));
        Assert.True(new MessageCheck().Thumbnail(thumbnail.Span, "thumbnail"));
        Assert.DoesNotContain("Exif", thumbnail.ToString(System.Text.Encoding.Latin1), StringComparison.Ordinal);
        Assert.Empty((await host.Client.ExtractAsync(ExtractorHost.Picture(50))).Thumbnail);
    }

    [Theory]
    [InlineData(15u)]
    [InlineData(1025u)]
    public async Task Extract_ThumbnailOfAnImpossibleSide_IsRefused(uint side)
    {
        await using var host = await ExtractorHost.StartAsync(new FakeEngine());
        var request = ExtractorHost.Picture(50);
        request.ThumbnailSidePixels = side;

        var failure = await ExtractorHost.FailureOfAsync(host.Client.ExtractAsync(request));

        Assert.Equal("thumbnail_side_pixels", failure.Violations.Single().Field);
    }

    [Theory]
    [InlineData(DescriptorEncoding.Int8, 16)]
    [InlineData(DescriptorEncoding.Binary, 2)]
    public async Task Extract_Encoding_IsTheOneAskedFor(DescriptorEncoding encoding, int bytes)
    {
        await using var host = await ExtractorHost.StartAsync(new FakeEngine());
        var request = ExtractorHost.Picture(50);
        request.LocalEncoding = encoding;

        var response = await host.Client.ExtractAsync(request);

        Assert.Equal((encoding, bytes), (response.Local.Encoding, response.Local.Descriptors.Length));
    }

    [Theory]
    [InlineData(FeatureSelection.Global, DescriptorKinds.Global)]
    [InlineData(FeatureSelection.Local, DescriptorKinds.Local)]
    [InlineData(FeatureSelection.GlobalAndLocal, DescriptorKinds.Both)]
    [InlineData(FeatureSelection.Unspecified, DescriptorKinds.Both)]
    public async Task Extract_Selection_ComputesAndAnswersOnlyThat(FeatureSelection selection, DescriptorKinds kinds)
    {
        var engine = new FakeEngine();
        await using var host = await ExtractorHost.StartAsync(engine);
        var request = ExtractorHost.Picture(50);
        request.Features = selection;
        request.MaxLocalFeatures = 77;

        var response = await host.Client.ExtractAsync(request);

        Assert.Equal((kinds, 77), (engine.Requests.Single().Kinds, engine.Requests.Single().MaxLocalFeatures));
        Assert.Equal(kinds.HasFlag(DescriptorKinds.Global), response.Global is not null);
        Assert.Equal(kinds.HasFlag(DescriptorKinds.Local), response.Local is not null);
    }

    [Fact]
    public async Task Extract_QueueFull_IsRefusedAndLaterTaken()
    {
        var engine = new FakeEngine();
        await using var host = await ExtractorHost.StartAsync(engine, ("QueueCapacity", "1"), ("RetrySeconds", "2"));
        engine.Hold();
        var running = host.Client.ExtractAsync(ExtractorHost.Picture(41)).ResponseAsync;
        await engine.Arrived.WaitAsync();
        var waiting = host.Client.ExtractAsync(ExtractorHost.Picture(42)).ResponseAsync;
        await host.WaitForPendingAsync(1);

        var failure = await ExtractorHost.FailureOfAsync(host.Client.ExtractAsync(ExtractorHost.Picture(43)));
        engine.LetGo();
        await Task.WhenAll(running, waiting);
        await host.Client.ExtractAsync(ExtractorHost.Picture(44));

        Assert.Equal((StatusCode.ResourceExhausted, ErrorReason.ExtractorQueueFull), (failure.Code, failure.Reason));
        Assert.Equal(TimeSpan.FromSeconds(2), failure.RetryDelay);
        Assert.Equal([41, 42, 44], engine.Widths);
        Assert.Equal(0, host.Pending);
    }

    [Fact]
    public async Task Extract_QueryAfterIngest_GoesFirstEvenWhenIngestFillsTheDecoder()
    {
        var engine = new FakeEngine();
        await using var host = await ExtractorHost.StartAsync(engine, ("DecodeParallelism", "1"));
        engine.Hold();
        var calls = new List<Task<ExtractResponse>> { host.Client.ExtractAsync(ExtractorHost.Picture(41)).ResponseAsync };
        await engine.Arrived.WaitAsync();
        calls.Add(host.Client.ExtractAsync(ExtractorHost.Picture(42, ExtractionPriority.Ingest)).ResponseAsync);
        await host.WaitForDecodedAsync(1);
        calls.Add(host.Client.ExtractAsync(ExtractorHost.Picture(43, ExtractionPriority.Ingest)).ResponseAsync);
        await host.WaitForPendingAsync(2);
        calls.Add(host.Client.ExtractAsync(ExtractorHost.Picture(44, ExtractionPriority.Query)).ResponseAsync);
        await host.WaitForDecodedAsync(2);
        engine.LetGo();
        await Task.WhenAll(calls);

        Assert.Equal([41, 44, 42, 43], engine.Widths);
    }

    [Fact]
    public async Task Extract_CancelledWhileWaiting_NeverReachesTheNetwork()
    {
        var engine = new FakeEngine();
        await using var host = await ExtractorHost.StartAsync(engine);
        engine.Hold();
        var running = host.Client.ExtractAsync(ExtractorHost.Picture(41)).ResponseAsync;
        await engine.Arrived.WaitAsync();
        using var cancellation = new CancellationTokenSource();
        var cancelled = host.Client.ExtractAsync(ExtractorHost.Picture(42), cancellationToken: cancellation.Token).ResponseAsync;
        await host.WaitForPendingAsync(1);

        await cancellation.CancelAsync();
        await host.WaitForPendingAsync(0);
        engine.LetGo();
        await running;
        await host.Client.ExtractAsync(ExtractorHost.Picture(43));

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => cancelled)).StatusCode);
        Assert.Equal([41, 43], engine.Widths);
    }

    [Fact]
    public async Task Extract_DeadlinePassesWhileWaiting_NeverReachesTheNetwork()
    {
        var engine = new FakeEngine();
        await using var host = await ExtractorHost.StartAsync(engine);
        engine.Hold();
        var running = host.Client.ExtractAsync(ExtractorHost.Picture(41)).ResponseAsync;
        await engine.Arrived.WaitAsync();

        var failure = await ExtractorHost.FailureOfAsync(host.Client.ExtractAsync(ExtractorHost.Picture(42), deadline: DateTime.UtcNow.AddSeconds(2)));
        await host.WaitForPendingAsync(0);
        engine.LetGo();
        await running;
        await host.Client.ExtractAsync(ExtractorHost.Picture(43));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.Code);
        Assert.Equal([41, 43], engine.Widths);
    }

    [Fact]
    public async Task Extract_CancelledWhileRunning_StopsTheNetwork()
    {
        var engine = new FakeEngine();
        await using var host = await ExtractorHost.StartAsync(engine);
        engine.Hold();
        using var cancellation = new CancellationTokenSource();
        var cancelled = host.Client.ExtractAsync(ExtractorHost.Picture(41), cancellationToken: cancellation.Token).ResponseAsync;
        await engine.Arrived.WaitAsync();

        await cancellation.CancelAsync();
        // Still held: only an engine that was told to stop takes the next picture.
        var next = host.Client.ExtractAsync(ExtractorHost.Picture(42)).ResponseAsync;
        await engine.Arrived.WaitAsync();
        engine.LetGo();
        await next;

        await Assert.ThrowsAsync<RpcException>(() => cancelled);
        Assert.Equal([41, 42], engine.Widths);
    }

    [Fact]
    public async Task Stop_CallsInFlight_AreAnswered()
    {
        var engine = new FakeEngine();
        await using var host = await ExtractorHost.StartAsync(engine);
        engine.Hold();
        var running = host.Client.ExtractAsync(ExtractorHost.Picture(41)).ResponseAsync;
        await engine.Arrived.WaitAsync();
        var waiting = host.Client.ExtractAsync(ExtractorHost.Picture(42)).ResponseAsync;
        await host.WaitForPendingAsync(1);

        var stopping = host.StopAsync();
        engine.LetGo();
        var answers = await Task.WhenAll(running, waiting);
        await stopping;

        Assert.Equal([41u, 42u], answers.Select(a => a.ImageSize.Width));
        Assert.True(engine.IsDisposed);
    }

    [Fact]
    public async Task Stop_GraceIsOver_EndsWhatRunsAndWhatWaits()
    {
        var engine = new FakeEngine();
        await using var host = await ExtractorHost.StartAsync(engine, ("ShutdownGraceSeconds", "0"));
        engine.Hold();
        var running = host.Client.ExtractAsync(ExtractorHost.Picture(41)).ResponseAsync;
        await engine.Arrived.WaitAsync();

        await host.StopAsync();

        await Assert.ThrowsAsync<RpcException>(() => running);
        for (var i = 0; i < 1000 && !engine.IsDisposed; i++)
            await Task.Delay(10);
        Assert.True(engine.IsDisposed);
    }

    [Fact]
    public async Task Extract_EngineFails_IsInternalAndTheNextPictureWorks()
    {
        var engine = new FakeEngine { Before = picture => _ = picture.PictureWidth == 41 ? throw new InvalidOperationException("secret") : 0 };
        await using var host = await ExtractorHost.StartAsync(engine);

        var failure = await ExtractorHost.FailureOfAsync(host.Client.ExtractAsync(ExtractorHost.Picture(41)));
        var next = await host.Client.ExtractAsync(ExtractorHost.Picture(42));

        Assert.Equal(StatusCode.Internal, failure.Code);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
        Assert.Equal(42u, next.ImageSize.Width);
    }

    [Theory]
    [InlineData(ImageDecodeReason.Empty)]
    [InlineData(ImageDecodeReason.TooLargeBytes)]
    [InlineData(ImageDecodeReason.FormatUnsupported)]
    [InlineData(ImageDecodeReason.TooManyPixels)]
    [InlineData(ImageDecodeReason.TooManyFrames)]
    [InlineData(ImageDecodeReason.Corrupt)]
    public async Task Extract_BadImage_IsRefusedWithTheDecodersReason(string reason)
    {
        await using var host = await ExtractorHost.StartAsync(
            new FakeEngine(), ("Decode:MaxPixels", "1000"), ("Decode:MaxBytes", "2000"), ("Decode:MaxFrames", "1"));
        byte[] image = reason switch
        {
            ImageDecodeReason.Empty => [],
            ImageDecodeReason.TooLargeBytes => new byte[2001],
            ImageDecodeReason.FormatUnsupported => [.. "no image at all"u8],
            ImageDecodeReason.TooManyPixels => ExtractorHost.Picture(100).Image.ToByteArray(),
            ImageDecodeReason.TooManyFrames => GifOf(frames: 2),
            _ => ExtractorHost.Picture(20).Image.ToByteArray()[..^30],
        };

        var failure = await ExtractorHost.FailureOfAsync(host.Client.ExtractAsync(new ExtractRequest { Image = ByteString.CopyFrom(image) }));

        Assert.Equal((StatusCode.InvalidArgument, reason), (failure.Code, failure.Reason));
        Assert.Equal("image", failure.Violations.Single().Field);
        Assert.Equal(0, host.Pending);
    }

    [Theory]
    [InlineData(0, 0, 9, 40)]
    [InlineData(45, 0, 100, 40)]
    [InlineData(60, 0, 100, 40)]
    [InlineData(20, 0, 10, 40)]
    [InlineData(0, float.NaN, 10, 40)]
    public async Task Extract_RegionWithoutPixels_IsRefused(float left, float top, float right, float bottom)
    {
        var engine = new FakeEngine();
        await using var host = await ExtractorHost.StartAsync(engine);
        var request = ExtractorHost.Picture(50);
        request.Region = new Region { Left = left, Top = top, Right = right, Bottom = bottom };

        var failure = await ExtractorHost.FailureOfAsync(host.Client.ExtractAsync(request));

        Assert.Equal((StatusCode.InvalidArgument, ErrorReason.RegionInvalid), (failure.Code, failure.Reason));
        Assert.Empty(engine.Widths);
    }

    [Fact]
    public async Task Extract_Region_ReachesTheNetwork()
    {
        var engine = new FakeEngine();
        await using var host = await ExtractorHost.StartAsync(engine);
        var request = ExtractorHost.Picture(50);
        request.Region = new Region { Left = -5, Top = 1, Right = 30, Bottom = 39 };

        await host.Client.ExtractAsync(request);

        Assert.Equal(new QueryBox(-5, 1, 30, 39), engine.Requests.Single().Box);
    }

    [Fact]
    public async Task Extract_TooSmallAfterScaling_SaysWhetherImageOrRegion()
    {
        await using var host = await ExtractorHost.StartAsync(new FakeEngine { FindsNothing = true });
        var whole = ExtractorHost.Picture(50);
        var part = new ExtractRequest(whole) { Region = new Region { Right = 20, Bottom = 20 } };
        var local = new ExtractRequest(whole) { Features = FeatureSelection.Local };

        Assert.Equal(ErrorReason.ImageTooSmall, (await ExtractorHost.FailureOfAsync(host.Client.ExtractAsync(whole))).Reason);
        Assert.Equal(ErrorReason.RegionInvalid, (await ExtractorHost.FailureOfAsync(host.Client.ExtractAsync(part))).Reason);
        Assert.Empty((await host.Client.ExtractAsync(local)).Local.Scores);
    }

    [Fact]
    public async Task Extract_SeveralMistakes_AreReportedTogether()
    {
        await using var host = await ExtractorHost.StartAsync(new FakeEngine());
        var request = new ExtractRequest { Features = (FeatureSelection)9, LocalEncoding = (DescriptorEncoding)9, Priority = (ExtractionPriority)9, MaxLocalFeatures = 10_001 };

        var failure = await ExtractorHost.FailureOfAsync(host.Client.ExtractAsync(request));

        Assert.Equal(["features", "local_encoding", "priority", "max_local_features"], failure.Violations.Select(v => v.Field));
    }

    [Fact]
    public async Task Readiness_WarmingUp_ComesWithTheFirstPicture()
    {
        var engine = new FakeEngine();
        engine.Hold();
        await using var host = await ExtractorHost.StartAsync(engine, ("WarmUp", "true"));
        await engine.Arrived.WaitAsync();
        var health = host.Services.GetRequiredService<HealthCheckService>();
        var cold = await health.CheckHealthAsync(TestContext.Current.CancellationToken);

        engine.LetGo();

        Assert.Equal(HealthStatus.Unhealthy, cold.Status);
        using var channel = GrpcChannel.ForAddress(host.Address);
        var answer = HealthCheckResponse.Types.ServingStatus.Unknown;
        for (var i = 0; i < 600 && answer != HealthCheckResponse.Types.ServingStatus.Serving; i++)
        {
            answer = (await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest())).Status;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, answer);
    }

    [Fact]
    public async Task GetModel_Always_TellsTheEnginesModel()
    {
        var engine = new FakeEngine();
        await using var host = await ExtractorHost.StartAsync(engine);

        Assert.Equal(engine.Model, await host.Client.GetModelAsync(new GetModelRequest()));
    }

    [Fact]
    public async Task Telemetry_Pending_CountsWhatWaits()
    {
        var engine = new FakeEngine();
        await using var host = await ExtractorHost.StartAsync(engine);
        long? pending = null;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            // Other hosts of this process have meters of the same name.
            if (instrument.Name == "extractor.pending" && instrument.Meter.Scope == host.Services.GetRequiredService<IMeterFactory>())
                l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((_, value, _, _) => pending = value);
        listener.Start();
        engine.Hold();
        var running = host.Client.ExtractAsync(ExtractorHost.Picture(41)).ResponseAsync;
        await engine.Arrived.WaitAsync();
        var waiting = host.Client.ExtractAsync(ExtractorHost.Picture(42)).ResponseAsync;
        await host.WaitForPendingAsync(1);

        listener.RecordObservableInstruments();
        engine.LetGo();
        await Task.WhenAll(running, waiting);

        Assert.Equal(1, pending);
    }

    [Fact]
    public async Task Extract_EqualPicturesWaiting_ShareOnePassAndItIsCounted()
    {
        var engine = new FakeEngine { MaxBatch = 3 };
        await using var host = await ExtractorHost.StartAsync(engine, ("DecodeParallelism", "5"));
        var sizes = new List<int>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Name == "extractor.batch.size" && instrument.Meter.Scope == host.Services.GetRequiredService<IMeterFactory>())
                l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((_, value, _, _) => sizes.Add(value));
        listener.Start();
        engine.Hold();
        var calls = new List<Task<ExtractResponse>> { host.Client.ExtractAsync(ExtractorHost.Picture(41)).ResponseAsync };
        await engine.Arrived.WaitAsync();
        foreach (var width in new[] { 50, 51, 50, 50, 50 })
            calls.Add(host.Client.ExtractAsync(ExtractorHost.Picture(width)).ResponseAsync);
        await host.WaitForDecodedAsync(5);
        engine.LetGo();
        var answers = await Task.WhenAll(calls);

        Assert.Equal([41u, 50u, 51u, 50u, 50u, 50u], answers.Select(a => a.ImageSize.Width));
        Assert.Equal(6, engine.BatchSizes.Sum());
        Assert.Contains(3, engine.BatchSizes);
        Assert.Equal(engine.BatchSizes, sizes);
    }

    [Fact]
    public async Task Extract_OnePictureOfABatchFails_TheOthersAreAnswered()
    {
        var engine = new FakeEngine { MaxBatch = 2, Before = picture => _ = picture.Request.MaxLocalFeatures == 7 ? throw new InvalidOperationException() : 0 };
        await using var host = await ExtractorHost.StartAsync(engine, ("MaxBatchDelayMilliseconds", "10000"));
        var bad = ExtractorHost.Picture(50);
        bad.MaxLocalFeatures = 7;

        var failing = ExtractorHost.FailureOfAsync(host.Client.ExtractAsync(bad));
        var answer = await host.Client.ExtractAsync(ExtractorHost.Picture(50));

        Assert.Equal(StatusCode.Internal, (await failing).Code);
        Assert.Equal(50u, answer.ImageSize.Width);
        Assert.Equal([2, 1, 1], engine.BatchSizes);
    }

    [Fact]
    public async Task Extract_OneCallerOfABatchGoesAway_TheOtherIsAnswered()
    {
        var engine = new FakeEngine { MaxBatch = 2 };
        await using var host = await ExtractorHost.StartAsync(engine, ("MaxBatchDelayMilliseconds", "10000"));
        engine.Hold();
        using var cancellation = new CancellationTokenSource();
        var cancelled = host.Client.ExtractAsync(ExtractorHost.Picture(50), cancellationToken: cancellation.Token).ResponseAsync;
        var kept = host.Client.ExtractAsync(ExtractorHost.Picture(50)).ResponseAsync;
        await engine.Arrived.WaitAsync();

        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<RpcException>(() => cancelled);
        engine.LetGo();

        Assert.Equal(50u, (await kept).ImageSize.Width);
        Assert.Equal([2], engine.BatchSizes);
    }

    [Fact]
    public async Task Options_SeveralMistakes_AreReportedTogetherAtStart()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(
            () => ExtractorHost.StartAsync(new FakeEngine(), ("QueueCapacity", "0"), ("Decode:MaxPixels", "0"), ("DecodeParallelism", "0"), ("MaxBatch", "-1"), ("MaxBatchDelayMilliseconds", "-1"), ("QueriesPerIngest", "-1")));

        Assert.Equal(6, failure.Failures.Count());
    }

    /// <summary>An animation of one pixel.</summary>
    private static byte[] GifOf(int frames)
    {
        byte[] frame = [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
        return [.. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, .. Enumerable.Repeat(frame, frames).SelectMany(bytes => bytes), 0x3B];
    }
}
