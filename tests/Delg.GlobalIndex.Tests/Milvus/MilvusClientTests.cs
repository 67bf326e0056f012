using System.Text;
using Delg.Contracts.Errors;
using Delg.GlobalIndex.Milvus;
using Delg.GlobalIndex.Milvus.Wire;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace Delg.GlobalIndex.Tests.Milvus;

public sealed class MilvusClientTests : IAsyncLifetime
{
    private FakeMilvus _milvus = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _milvus = await FakeMilvus.StartAsync();

    public ValueTask DisposeAsync() => _milvus.DisposeAsync();

    [Fact]
    public async Task Invoke_UserAndDatabase_TravelInTheHeaders()
    {
        using var client = Client(options => (options.User, options.Password, options.Database) = ("root", "Mil:vus ä", "photos"));

        await ShowAsync(client);

        var headers = Assert.Single(_milvus.Calls).Headers;
        Assert.Equal("root:Mil:vus ä", Encoding.UTF8.GetString(Convert.FromBase64String(headers.GetValue("authorization")!)));
        Assert.Equal("photos", headers.GetValue("dbname"));
    }

    [Fact]
    public async Task Invoke_Token_TravelsInTheHeaders()
    {
        using var client = Client(options => options.Token = "secret");

        await ShowAsync(client);

        Assert.Equal("secret", Encoding.UTF8.GetString(Convert.FromBase64String(Assert.Single(_milvus.Calls).Headers.GetValue("authorization")!)));
        Assert.Null(Assert.Single(_milvus.Calls).Headers.GetValue("dbname"));
    }

    [Fact]
    public async Task Invoke_NobodyToBe_SendsNoCredentials()
    {
        using var client = Client();

        await ShowAsync(client);

        Assert.Null(Assert.Single(_milvus.Calls).Headers.GetValue("authorization"));
    }

    [Fact]
    public async Task Invoke_ServerStarting_TriesAgainUntilItAnswers()
    {
        _milvus.Fail("ShowCollections", 2, MilvusCode.ServiceNotReady, "proxy is initializing");
        _milvus.Break("ShowCollections", 1, StatusCode.Unavailable);
        _milvus.Fail("ShowCollections", 1, MilvusCode.Unexpected, "some node moved", retriable: true);
        using var client = Client();

        await ShowAsync(client);

        Assert.Equal(5, _milvus.Calls.Count);
    }

    [Theory]
    [InlineData(MilvusCode.CollectionNotFound, StatusCode.NotFound, ErrorReason.CollectionNotFound)]
    [InlineData(MilvusCode.InvalidParameter, StatusCode.InvalidArgument, ErrorReason.FieldInvalid)]
    [InlineData(MilvusCode.CollectionNotLoaded, StatusCode.Unavailable, ErrorReason.DependencyUnavailable)]
    [InlineData(MilvusCode.MemoryLimit, StatusCode.ResourceExhausted, ErrorReason.StoreFull)]
    [InlineData(MilvusCode.QuotaDenied, StatusCode.ResourceExhausted, ErrorReason.StoreFull)]
    [InlineData(MilvusCode.NotAuthenticated, StatusCode.FailedPrecondition, ErrorReason.StoreAccessDenied)]
    [InlineData(MilvusCode.DatabaseNotFound, StatusCode.FailedPrecondition, ErrorReason.StoreUnsuitable)]
    [InlineData(MilvusCode.Unexpected, StatusCode.Internal, ErrorReason.Internal)]
    public async Task Invoke_LastingFailure_IsTypedAndNotTriedAgain(int code, StatusCode status, string reason)
    {
        _milvus.Fail("ShowCollections", 10, code, "because of this");
        using var client = Client();

        var failure = await Assert.ThrowsAsync<MilvusException>(() => ShowAsync(client));

        Assert.Equal((code, status, reason), (failure.MilvusCode, failure.Code, failure.Reason));
        Assert.Contains("because of this", failure.Message, StringComparison.Ordinal);
        Assert.Single(_milvus.Calls);
    }

    [Theory]
    [InlineData(StatusCode.Unauthenticated, StatusCode.FailedPrecondition, ErrorReason.StoreAccessDenied)]
    [InlineData(StatusCode.PermissionDenied, StatusCode.FailedPrecondition, ErrorReason.StoreAccessDenied)]
    [InlineData(StatusCode.ResourceExhausted, StatusCode.ResourceExhausted, ErrorReason.StoreBusy)]
    [InlineData(StatusCode.Unimplemented, StatusCode.FailedPrecondition, ErrorReason.StoreUnsuitable)]
    [InlineData(StatusCode.Internal, StatusCode.Internal, ErrorReason.Internal)]
    public async Task Invoke_FailureOfTheCall_IsTypedAndNotTriedAgain(StatusCode sent, StatusCode status, string reason)
    {
        _milvus.Break("ShowCollections", 10, sent, "auth check failure");
        using var client = Client();

        var failure = await Assert.ThrowsAsync<MilvusException>(() => ShowAsync(client));

        Assert.Equal((0, status, reason), (failure.MilvusCode, failure.Code, failure.Reason));
        Assert.Single(_milvus.Calls);
    }

    [Fact]
    public void Code_OldServersStatus_IsUnderstood()
    {
        Assert.Equal(MilvusCode.CollectionNotFound, MilvusCode.Of(new Delg.GlobalIndex.Milvus.Wire.Status { ErrorCode = 4 }));
        Assert.Equal(MilvusCode.Unexpected, MilvusCode.Of(new Delg.GlobalIndex.Milvus.Wire.Status { ErrorCode = 1 }));
        Assert.Equal(MilvusCode.Success, MilvusCode.Of(null));
        Assert.True(MilvusCode.IsPassing(MilvusCode.Of(new Delg.GlobalIndex.Milvus.Wire.Status { ErrorCode = 49 })));
    }

    [Fact]
    public async Task Invoke_CollectionIsDroppedUnderAQuery_IsTriedAgain()
    {
        // As Milvus 2.3.5 said it, its number lost.
        _milvus.Fail("ShowCollections", 1, MilvusCode.Unexpected, "fail to Query, QueryNode ID = 1, reason=delegator closed during wait tsafe: channel not available[channel=x]");
        using var client = Client();

        await ShowAsync(client);

        Assert.Equal(2, _milvus.Calls.Count);
    }

    [Fact]
    public async Task Invoke_BusyForTooLong_GivesUpAndSaysWhenToComeBack()
    {
        _milvus.Fail("ShowCollections", 1000, MilvusCode.RateLimit, "too many");
        using var client = Client(options => options.RetrySeconds = 3);

        var failure = await Assert.ThrowsAsync<MilvusException>(() => ShowAsync(client));

        Assert.Equal((StatusCode.ResourceExhausted, ErrorReason.StoreBusy), (failure.Code, failure.Reason));
        Assert.NotNull(failure.RetryDelay);
        Assert.InRange(_milvus.Calls.Count, 2, 10);
    }

    [Fact]
    public async Task Invoke_CallerGivesUpBetweenTries_EndsAsCancelled()
    {
        _milvus.Fail("ShowCollections", 1000, MilvusCode.ServiceNotReady);
        using var client = Client(options => options.RetrySeconds = 3600);
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        caller.CancelAfter(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ShowAsync(client, caller.Token));
    }

    [Fact]
    public async Task Invoke_CallerGivesUpDuringACall_EndsAsCancelled()
    {
        _milvus.Hang("ShowCollections");
        using var client = Client();
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var call = ShowAsync(client, caller.Token);
        while (_milvus.Calls.Count == 0)
            await Task.Delay(5, Cancellation);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Single(_milvus.Calls);
    }

    [Fact]
    public async Task Invoke_NoAnswerInTime_FailsAndIsNotTriedAgain()
    {
        using var client = Client(options => options.CallTimeoutSeconds = 3);
        // The time must pass in the call that hangs, not while the first of a process is being compiled.
        await ShowAsync(client);
        _milvus.Hang("ShowCollections");

        var failure = await Assert.ThrowsAsync<MilvusException>(() => ShowAsync(client));

        Assert.Equal((StatusCode.DeadlineExceeded, ErrorReason.DeadlineExceeded), (failure.Code, failure.Reason));
        Assert.Equal(2, _milvus.Calls.Count);
    }

    [Fact]
    public async Task Invoke_ServerGoneAndBack_Reconnects()
    {
        using var client = Client();
        await ShowAsync(client);
        await _milvus.StopAsync();

        var waiting = ShowAsync(client);
        await _milvus.StartAgainAsync();

        await waiting;
        Assert.Equal(2, _milvus.Calls.Count);
    }

    [Fact]
    public async Task Ask_ServerAway_FailsAtOnceWithItsAddress()
    {
        await _milvus.StopAsync();
        using var client = Client(options => options.RetrySeconds = 3600);

        var failure = await Assert.ThrowsAsync<MilvusException>(
            () => client.AskAsync("ShowCollections", (milvus, call) => milvus.ShowCollectionsAsync(new ShowCollectionsRequest(), call), Cancellation));

        Assert.Equal((StatusCode.Unavailable, ErrorReason.DependencyUnavailable), (failure.Code, failure.Reason));
        Assert.Contains(_milvus.Address, failure.Message, StringComparison.Ordinal);
    }

    private static Task<ShowCollectionsResponse> ShowAsync(MilvusClient client, CancellationToken? cancellation = null) =>
        client.InvokeAsync("ShowCollections", (milvus, call) => milvus.ShowCollectionsAsync(new ShowCollectionsRequest(), call), cancellation ?? Cancellation);

    private MilvusClient Client(Action<MilvusOptions>? set = null)
    {
        var options = new MilvusOptions { Address = _milvus.Address };
        set?.Invoke(options);
        return new MilvusClient(options, TimeProvider.System, NullLogger<MilvusClient>.Instance);
    }
}
