using Delg.Contracts.Errors;
using Delg.V1;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Options;

namespace Delg.GlobalIndex.Tests.Milvus;

/// <summary>The service with Milvus as its backend.</summary>
public sealed class MilvusServiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Start_MilvusAway_IsReadyOnceItAnswers()
    {
        await using var milvus = await FakeMilvus.StartAsync();
        await milvus.StopAsync();
        await using var service = await StartAsync(("Milvus:Address", milvus.Address), ("Milvus:RetrySeconds", "0"));
        var health = new Health.HealthClient(service.Channel);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, await WaitForAsync(health, HealthCheckResponse.Types.ServingStatus.NotServing));
        var away = (await Assert.ThrowsAsync<RpcException>(
            async () => await service.Client.ListCollectionsAsync(new ListCollectionsRequest(), cancellationToken: Cancellation))).ToDelgException();
        Assert.Equal((StatusCode.Unavailable, ErrorReason.DependencyUnavailable), (away.Code, away.Reason));

        await milvus.StartAgainAsync();

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await WaitForAsync(health, HealthCheckResponse.Types.ServingStatus.Serving));
        Assert.Empty((await service.Client.ListCollectionsAsync(new ListCollectionsRequest(), cancellationToken: Cancellation)).Collections);
        // Nothing of the embedded index is made.
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task CreateCollection_ThereWithAnotherModelOrSize_SaysBoth()
    {
        await using var milvus = await FakeMilvus.StartAsync();
        await using var service = await StartAsync(("Milvus:Address", milvus.Address), ("Milvus:PollSeconds", "0.01"));
        await CreateAsync(service, Vectors.Model, 3);

        async Task<DelgException> AgainAsync(string model, uint dim) =>
            (await Assert.ThrowsAsync<RpcException>(() => CreateAsync(service, model, dim))).ToDelgException();

        var model = await AgainAsync("other@1", 3);
        Assert.Equal((StatusCode.FailedPrecondition, ErrorReason.ModelMismatch), (model.Code, model.Reason));
        Assert.Contains("other@1", model.Message, StringComparison.Ordinal);
        Assert.Contains(Vectors.Model, model.Message, StringComparison.Ordinal);
        var size = await AgainAsync(Vectors.Model, 5);
        Assert.Equal((StatusCode.FailedPrecondition, "3", "5"), (size.Code, size.Details["expected_dim"], size.Details["actual_dim"]));
        Assert.Equal(ErrorReason.CollectionExists, (await AgainAsync(Vectors.Model, 3)).Reason);
    }

    [Fact]
    public async Task Start_OptionsWrong_NamesAllOfThem()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(
            ("Milvus:Address", "localhost:19530"), ("Milvus:Password", "secret"), ("Milvus:CaCertificate", Path.Combine(_folder.Path, "missing.pem")),
            ("Milvus:IvfLists", "0"), ("Milvus:CollectionPrefix", "my-"), ("MaxTopK", "20000"), ("MaxPageSize", "16384")));

        var expected = new[] { "Milvus:Address", "Milvus:User", "Milvus:CaCertificate", "Milvus:IvfLists", "Milvus:CollectionPrefix", "MaxTopK", "MaxPageSize" };
        Assert.All(expected, option => Assert.Contains(failure.Failures, text => text.StartsWith($"GlobalIndex:{option} ", StringComparison.Ordinal)));
        Assert.DoesNotContain(failure.Failures, text => text.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_AnotherBackend_DoesNotMindMilvusOptions()
    {
        await using var service = await TestIndexService.StartAsync(_folder.Path, ("GlobalIndex:Milvus:Address", "nonsense"));

        Assert.Empty((await service.Client.ListCollectionsAsync(new ListCollectionsRequest(), cancellationToken: Cancellation)).Collections);
    }

    private static async Task CreateAsync(TestIndexService service, string model, uint dim) =>
        await service.Client.CreateCollectionAsync(new CreateCollectionRequest { Name = "photos", ModelId = model, Dim = dim }, cancellationToken: Cancellation);

    private static async Task<HealthCheckResponse.Types.ServingStatus> WaitForAsync(Health.HealthClient health, HealthCheckResponse.Types.ServingStatus status)
    {
        using var watch = health.Watch(new HealthCheckRequest(), cancellationToken: Cancellation);
        await foreach (var answer in watch.ResponseStream.ReadAllAsync(Cancellation))
        {
            if (answer.Status == status)
                return answer.Status;
        }

        return HealthCheckResponse.Types.ServingStatus.Unknown;
    }

    private Task<TestIndexService> StartAsync(params IEnumerable<(string Key, string Value)> settings) =>
        TestIndexService.StartAsync(_folder.Path, [("GlobalIndex:Backend", "Milvus"), .. settings.Select(setting => ($"GlobalIndex:{setting.Key}", setting.Value))]);
}
