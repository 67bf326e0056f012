using Delg.Contracts.Errors;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;
using Metadata = Delg.V1.Metadata;

namespace Delg.GlobalIndex.Tests;

public sealed class GlobalIndexRpcTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private TestIndexService _service = null!;

    private GlobalIndexService.GlobalIndexServiceClient Client => _service.Client;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _service = await TestIndexService.StartAsync(_folder.Path);
        await Client.CreateCollectionAsync(new CreateCollectionRequest { Name = "photos", ModelId = Vectors.Model, Dim = 3 });
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task SearchEntries_AfterUpsert_FindsNearestFirstWithMetadata()
    {
        var near = Vectors.Entry("near", 1, 0.1f, 0);
        near.Metadata = new Metadata { Values = { ["title"] = new MetadataValue { StringValue = "Tower" } } };
        near.ImageSize = new ImageSize { Width = 640, Height = 480 };
        await UpsertAsync(Vectors.Entry("far", -1, 0, 0), near, Vectors.Entry("middle", 1, 1, 0));

        var response = await Client.SearchEntriesAsync(Search(Vectors.Descriptor(2, 0, 0)), cancellationToken: Cancellation);

        var neighbors = Assert.Single(response.Results).Neighbors;
        Assert.Equal(["near", "middle", "far"], neighbors.Select(neighbor => neighbor.ImageId));
        Assert.Equal(1 / Math.Sqrt(1.01), neighbors[0].Similarity, 6);
        Assert.Equal(-1, neighbors[2].Similarity, 6);
        Assert.Equal("Tower", neighbors[0].Metadata.Values["title"].StringValue);
        Assert.Equal(near.ImageSize, neighbors[0].ImageSize);
        Assert.Null(neighbors[1].Metadata);
        Assert.Null(neighbors[1].ImageSize);
    }

    [Fact]
    public async Task UpsertEntries_SomeWrong_WritesTheOthersAndSaysWhy()
    {
        var entries = new (GlobalEntry Entry, StatusCode Code, string Reason)[]
        {
            (Vectors.Entry("good", 1, 2, 3), StatusCode.OK, ""),
            (Vectors.Entry("short", 1, 2), StatusCode.FailedPrecondition, ErrorReason.ModelMismatch),
            (Vectors.Entry("zero", 0, 0, 0), StatusCode.InvalidArgument, ErrorReason.FieldInvalid),
            (Vectors.Entry("nan", 1, float.NaN, 0), StatusCode.InvalidArgument, ErrorReason.FieldInvalid),
            (Vectors.Entry("infinite", 1, float.PositiveInfinity, 0), StatusCode.InvalidArgument, ErrorReason.FieldInvalid),
            (Vectors.Entry("control\u0007", 1, 2, 3), StatusCode.InvalidArgument, ErrorReason.FieldInvalid),
            (Vectors.Entry("", 1, 2, 3), StatusCode.InvalidArgument, ErrorReason.FieldInvalid),
            (new GlobalEntry { ImageId = "none" }, StatusCode.InvalidArgument, ErrorReason.FieldInvalid),
            (new GlobalEntry { ImageId = "stranger", Descriptor_ = new GlobalDescriptor { ModelId = "other@1", Values = { 1, 2, 3 } } },
                StatusCode.FailedPrecondition, ErrorReason.ModelMismatch),
            (new GlobalEntry(Vectors.Entry("hash", 1, 2, 3)) { ContentHash = ByteString.CopyFrom(1, 2) },
                StatusCode.InvalidArgument, ErrorReason.FieldInvalid),
            (new GlobalEntry(Vectors.Entry("size", 1, 2, 3)) { ImageSize = new ImageSize { Width = 1 } },
                StatusCode.InvalidArgument, ErrorReason.FieldInvalid),
            (new GlobalEntry(Vectors.Entry("metadata", 1, 2, 3)) { Metadata = new Metadata { Values = { ["1st"] = new MetadataValue { BoolValue = true } } } },
                StatusCode.InvalidArgument, ErrorReason.FieldInvalid),
        };

        var results = await UpsertAsync([.. entries.Select(entry => entry.Entry)]);

        Assert.Equal(entries.Select(e => (e.Entry.ImageId, (int)e.Code, e.Reason)), results.Select(r => (r.ImageId, r.Code, r.Reason)));
        Assert.All(results, result => Assert.Equal(result.Code == 0, result.Message.Length == 0));
        Assert.Equal(1, (await GetCollectionAsync()).EntryCount);
    }

    [Fact]
    public async Task UpsertEntries_SameIdTwice_KeepsTheLastAndAcceptsBoth()
    {
        var results = await UpsertAsync(Vectors.Entry("a", 1, 0, 0), Vectors.Entry("a", 0, 2, 0));

        Assert.Equal([0, 0], results.Select(result => result.Code));
        var entry = Assert.Single((await GetAsync("a")).Entries);
        Assert.Equal([0f, 1f, 0f], entry.Descriptor_.Values);
    }

    [Fact]
    public async Task GetEntries_SomeMissing_AnswersTheOthersInTheOrderAsked()
    {
        var full = Vectors.Entry("b", 3, 4, 0);
        full.ContentHash = ByteString.CopyFrom(new byte[32]);
        full.ImageSize = new ImageSize { Width = 10, Height = 20 };
        full.Metadata = new Metadata { Values = { ["n"] = new MetadataValue { NumberValue = 2.5 } } };
        await UpsertAsync(Vectors.Entry("a", 1, 0, 0), full);

        var entries = (await GetAsync("b", "missing", "a")).Entries;

        Assert.Equal(["b", "a"], entries.Select(entry => entry.ImageId));
        Assert.Equal([0.6f, 0.8f, 0f], entries[0].Descriptor_.Values);
        Assert.Equal((full.ContentHash, full.ImageSize, full.Metadata), (entries[0].ContentHash, entries[0].ImageSize, entries[0].Metadata));
        Assert.NotNull(entries[0].UpdateTime);
    }

    [Fact]
    public async Task DeleteEntries_SomeMissing_CountsBothKinds()
    {
        await UpsertAsync(Vectors.Entry("a", 1, 0, 0), Vectors.Entry("b", 0, 1, 0));

        var response = await Client.DeleteEntriesAsync(
            new DeleteEntriesRequest { Collection = "photos", ImageIds = { "a", "x", "a" } }, cancellationToken: Cancellation);

        Assert.Equal((1, 1), (response.DeletedCount, response.MissingCount));
        var found = await Client.SearchEntriesAsync(Search(Vectors.Descriptor(1, 1, 1)), cancellationToken: Cancellation);
        Assert.Equal(["b"], found.Results[0].Neighbors.Select(neighbor => neighbor.ImageId));
    }

    [Fact]
    public async Task ListEntries_InsertsMeanwhile_MissesAndRepeatsNothing()
    {
        var ids = Enumerable.Range(0, 25).Select(i => $"id-{i:D2}").ToList();
        await UpsertAsync([.. ids.Select(id => Vectors.Entry(id, 1, 0, 0))]);

        var seen = new List<string>();
        var token = "";
        for (var page = 0; page == 0 || token.Length > 0; page++)
        {
            var response = await Client.ListEntriesAsync(
                new ListEntriesRequest { Collection = "photos", PageSize = 4, PageToken = token }, cancellationToken: Cancellation);
            Assert.InRange(response.Entries.Count, 1, 4);
            Assert.All(response.Entries, entry => Assert.Null(entry.Descriptor_));
            seen.AddRange(response.Entries.Select(entry => entry.ImageId));
            token = response.NextPageToken;
            await UpsertAsync(Vectors.Entry($"id-{page:D2}-new", 1, 0, 0), Vectors.Entry($"a-{page}", 1, 0, 0), Vectors.Entry(ids[page], 0, 1, 0));
        }

        Assert.Equal(seen.Order(StringComparer.Ordinal), seen);
        Assert.Equal(seen.Distinct(), seen);
        Assert.Empty(ids.Except(seen));
    }

    [Theory]
    [InlineData("rubbish")]
    [InlineData("!!!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAA")]
    [InlineData("żółć")]
    public async Task ListEntries_ForeignToken_IsRefused(string token) =>
        await AssertRefusedAsync("page_token", () => Client.ListEntriesAsync(new ListEntriesRequest { Collection = "photos", PageToken = token }));

    [Fact]
    public async Task ListEntries_TokenOfAnotherCollection_IsRefused() =>
        await AssertRefusedAsync("page_token", () => Client.ListEntriesAsync(
            new ListEntriesRequest { Collection = "photos", PageToken = PageToken.After("others", "id") }));

    [Fact]
    public async Task ListEntries_NegativePageSize_IsRefused() =>
        await AssertRefusedAsync("page_size", () => Client.ListEntriesAsync(new ListEntriesRequest { Collection = "photos", PageSize = -1 }));

    [Fact]
    public async Task Calls_BeyondALimit_NameTheField()
    {
        var tooMany = Enumerable.Range(0, 1001).Select(i => $"{i}").ToList();
        var query = Vectors.Descriptor(1, 2, 3);
        await AssertRefusedAsync("entries", () => Client.UpsertEntriesAsync(new UpsertEntriesRequest { Collection = "photos" }));
        await AssertRefusedAsync("entries", () => Client.UpsertEntriesAsync(
            new UpsertEntriesRequest { Collection = "photos", Entries = { tooMany.Select(id => Vectors.Entry(id, 1, 2, 3)) } }));
        await AssertRefusedAsync("image_ids", () => Client.DeleteEntriesAsync(new DeleteEntriesRequest { Collection = "photos", ImageIds = { tooMany } }));
        await AssertRefusedAsync("image_ids", () => Client.DeleteEntriesAsync(
            new DeleteEntriesRequest { Collection = "photos", ImageIds = { Enumerable.Repeat("", 1_000_000) } }));
        await AssertRefusedAsync("image_ids", () => Client.GetEntriesAsync(new GetEntriesRequest { Collection = "photos" }));
        await AssertRefusedAsync("image_ids[1]", () => Client.GetEntriesAsync(
            new GetEntriesRequest { Collection = "photos", ImageIds = { "fine", new string('x', 513) } }));
        await AssertRefusedAsync("queries", () => Client.SearchEntriesAsync(new SearchEntriesRequest { Collection = "photos" }));
        await AssertRefusedAsync("queries", () => Client.SearchEntriesAsync(Search([.. Enumerable.Repeat(query, 257)])));
        await AssertRefusedAsync("queries[1].values", () => Client.SearchEntriesAsync(Search(query, Vectors.Descriptor(0, 0, 0))));
        await AssertRefusedAsync("top_k", () => Client.SearchEntriesAsync(new SearchEntriesRequest(Search(query)) { TopK = 10_001 }));
        await AssertRefusedAsync("top_k", () => Client.SearchEntriesAsync(new SearchEntriesRequest(Search(query)) { TopK = -1 }));
        await AssertRefusedAsync("min_similarity", () => Client.SearchEntriesAsync(new SearchEntriesRequest(Search(query)) { MinSimilarity = 1.5f }));
        await AssertRefusedAsync("min_similarity", () => Client.SearchEntriesAsync(new SearchEntriesRequest(Search(query)) { MinSimilarity = float.NaN }));
        await AssertRefusedAsync("exclude_image_ids", () => Client.SearchEntriesAsync(new SearchEntriesRequest(Search(query)) { ExcludeImageIds = { tooMany } }));
        await AssertRefusedAsync("name", () => Client.CreateCollectionAsync(new CreateCollectionRequest { Name = "1st", ModelId = "m", Dim = 3 }));
        await AssertRefusedAsync("model_id", () => Client.CreateCollectionAsync(new CreateCollectionRequest { Name = "new", Dim = 3 }));
        await AssertRefusedAsync("dim", () => Client.CreateCollectionAsync(new CreateCollectionRequest { Name = "new", ModelId = "m", Dim = 4097 }));
        await AssertRefusedAsync("collection", () => Client.UpsertEntriesAsync(new UpsertEntriesRequest { Entries = { Vectors.Entry("a", 1, 2, 3) } }));
    }

    [Fact]
    public async Task Calls_UnknownCollection_AreNotFound()
    {
        var missing = "missing";
        await AssertFailsAsync(StatusCode.NotFound, ErrorReason.CollectionNotFound, () => Client.GetCollectionAsync(new GetCollectionRequest { Name = missing }));
        await AssertFailsAsync(StatusCode.NotFound, ErrorReason.CollectionNotFound, () => Client.ListEntriesAsync(new ListEntriesRequest { Collection = missing }));
        await AssertFailsAsync(StatusCode.NotFound, ErrorReason.CollectionNotFound, () => Client.UpsertEntriesAsync(
            new UpsertEntriesRequest { Collection = missing, Entries = { Vectors.Entry("a", 1) } }));
        await AssertFailsAsync(StatusCode.NotFound, ErrorReason.CollectionNotFound, () => Client.DeleteEntriesAsync(
            new DeleteEntriesRequest { Collection = missing, ImageIds = { "a" } }));
        await AssertFailsAsync(StatusCode.NotFound, ErrorReason.CollectionNotFound, () => Client.GetEntriesAsync(
            new GetEntriesRequest { Collection = missing, ImageIds = { "a" } }));
        await AssertFailsAsync(StatusCode.NotFound, ErrorReason.CollectionNotFound, () => Client.SearchEntriesAsync(
            new SearchEntriesRequest(Search(Vectors.Descriptor(1))) { Collection = missing }));
        await AssertFailsAsync(StatusCode.NotFound, ErrorReason.CollectionNotFound, () => Client.DeleteCollectionAsync(new DeleteCollectionRequest { Name = missing }));
        await Client.DeleteCollectionAsync(new DeleteCollectionRequest { Name = missing, AllowMissing = true }, cancellationToken: Cancellation);
    }

    [Fact]
    public async Task SearchEntries_OtherModelOrSize_IsAMismatch()
    {
        var other = new GlobalDescriptor { ModelId = "other@1", Values = { 1, 2, 3 } };
        await AssertFailsAsync(StatusCode.FailedPrecondition, ErrorReason.ModelMismatch, () => Client.SearchEntriesAsync(Search(other)));
        await AssertFailsAsync(StatusCode.FailedPrecondition, ErrorReason.ModelMismatch, () => Client.SearchEntriesAsync(Search(Vectors.Descriptor(1, 2))));
    }

    [Fact]
    public async Task Collections_CreatedListedDropped_AreIsolated()
    {
        await Client.CreateCollectionAsync(new CreateCollectionRequest { Name = "Albums", ModelId = Vectors.Model, Dim = 3 }, cancellationToken: Cancellation);
        await UpsertAsync(Vectors.Entry("same", 1, 0, 0));
        await Client.UpsertEntriesAsync(
            new UpsertEntriesRequest { Collection = "Albums", Entries = { Vectors.Entry("same", 0, 1, 0), Vectors.Entry("other", 0, 0, 1) } },
            cancellationToken: Cancellation);

        await AssertFailsAsync(StatusCode.AlreadyExists, ErrorReason.CollectionExists, () => Client.CreateCollectionAsync(
            new CreateCollectionRequest { Name = "Albums", ModelId = Vectors.Model, Dim = 3 }));
        await AssertFailsAsync(StatusCode.FailedPrecondition, ErrorReason.ModelMismatch, () => Client.CreateCollectionAsync(
            new CreateCollectionRequest { Name = "Albums", ModelId = "m", Dim = 3 }));
        await AssertFailsAsync(StatusCode.FailedPrecondition, ErrorReason.ModelMismatch, () => Client.CreateCollectionAsync(
            new CreateCollectionRequest { Name = "Albums", ModelId = Vectors.Model, Dim = 1 }));
        var collections = (await Client.ListCollectionsAsync(new ListCollectionsRequest(), cancellationToken: Cancellation)).Collections;
        Assert.Equal([("Albums", 2L), ("photos", 1L)], collections.Select(c => (c.Name, c.EntryCount)));

        await Client.DeleteCollectionAsync(new DeleteCollectionRequest { Name = "Albums" }, cancellationToken: Cancellation);
        Assert.Equal([1f, 0f, 0f], Assert.Single((await GetAsync("same", "other")).Entries).Descriptor_.Values);
        await Client.CreateCollectionAsync(new CreateCollectionRequest { Name = "Albums", ModelId = Vectors.Model, Dim = 3 }, cancellationToken: Cancellation);
        Assert.Empty((await Client.ListEntriesAsync(new ListEntriesRequest { Collection = "Albums" }, cancellationToken: Cancellation)).Entries);
    }

    [Fact]
    public async Task Filter_InEveryCall_KeepsWhatItSays()
    {
        await UpsertAsync([.. Enumerable.Range(0, 20).Select(i => WithNumber($"{i:D2}", i))]);

        var found = await Client.SearchEntriesAsync(new SearchEntriesRequest(Search(Vectors.Descriptor(1, 0, 0))) { Filter = "n < 3" }, cancellationToken: Cancellation);
        Assert.Equal(["00", "01", "02"], found.Results[0].Neighbors.Select(neighbor => neighbor.ImageId));
        var page = await Client.ListEntriesAsync(
            new ListEntriesRequest { Collection = "photos", Filter = "n >= 5", PageSize = 2 }, cancellationToken: Cancellation);
        Assert.Equal(["05", "06"], page.Entries.Select(entry => entry.ImageId));
        var next = await Client.ListEntriesAsync(
            new ListEntriesRequest { Collection = "photos", Filter = "n >= 5", PageToken = page.NextPageToken }, cancellationToken: Cancellation);
        Assert.Equal((13, ""), (next.Entries.Count, next.NextPageToken));
        var deleted = await Client.DeleteEntriesAsync(new DeleteEntriesRequest { Collection = "photos", Filter = "n IN (1, 2, 99)" }, cancellationToken: Cancellation);
        Assert.Equal((2, 0), (deleted.DeletedCount, deleted.MissingCount));
        Assert.Equal(1, (await Client.CountEntriesAsync(new CountEntriesRequest { Collection = "photos", Filter = "n < 3" }, cancellationToken: Cancellation)).EntryCount);
        Assert.Equal(18, (await Client.CountEntriesAsync(new CountEntriesRequest { Collection = "photos" }, cancellationToken: Cancellation)).EntryCount);
    }

    [Fact]
    public async Task Filter_WrongInAnyCall_IsRefusedWithItsPosition()
    {
        const string wrong = "n = 1 AND";
        foreach (var call in new Func<Task>[]
        {
            async () => await Client.SearchEntriesAsync(new SearchEntriesRequest(Search(Vectors.Descriptor(1, 0, 0))) { Filter = wrong }),
            async () => await Client.ListEntriesAsync(new ListEntriesRequest { Collection = "photos", Filter = wrong }),
            async () => await Client.DeleteEntriesAsync(new DeleteEntriesRequest { Collection = "photos", Filter = wrong }),
            async () => await Client.CountEntriesAsync(new CountEntriesRequest { Collection = "photos", Filter = wrong }),
        })
        {
            var failure = (await Assert.ThrowsAsync<RpcException>(call)).ToDelgException();
            Assert.Equal((StatusCode.InvalidArgument, ErrorReason.FilterInvalid, "10"), (failure.Code, failure.Reason, failure.Details["position"]));
        }
    }

    [Fact]
    public async Task DeleteEntries_IdsAndFilter_OneOfThemOnly()
    {
        await UpsertAsync(WithNumber("a", 1));
        await AssertRefusedAsync("image_ids", () => Client.DeleteEntriesAsync(new DeleteEntriesRequest { Collection = "photos", ImageIds = { "a" }, Filter = "n = 1" }));
        await AssertRefusedAsync("image_ids", () => Client.DeleteEntriesAsync(new DeleteEntriesRequest { Collection = "photos" }));
        await AssertRefusedAsync("filter", () => Client.DeleteEntriesAsync(new DeleteEntriesRequest { Collection = "photos", Filter = " " }));
        Assert.Equal(1, (await GetCollectionAsync()).EntryCount);
    }

    [Fact]
    public async Task CreateCollection_Float16_KeepsRoundedVectorsAndSaysSo()
    {
        await Client.CreateCollectionAsync(
            new CreateCollectionRequest { Name = "halves", ModelId = Vectors.Model, Dim = 3, Storage = VectorStorage.Float16 }, cancellationToken: Cancellation);
        await Client.UpsertEntriesAsync(new UpsertEntriesRequest { Collection = "halves", Entries = { Vectors.Entry("a", 1, 2, 3) } }, cancellationToken: Cancellation);

        var collections = (await Client.ListCollectionsAsync(new ListCollectionsRequest(), cancellationToken: Cancellation)).Collections;
        Assert.Equal([VectorStorage.Float16, VectorStorage.Float32], collections.Select(collection => collection.Storage));
        var read = await Client.GetEntriesAsync(
            new GetEntriesRequest { Collection = "halves", ImageIds = { "a" }, IncludeDescriptors = true }, cancellationToken: Cancellation);
        Assert.Equal(UnitVector.Of([1, 2, 3]).Select(value => (float)(Half)value), read.Entries[0].Descriptor_.Values);
        await AssertRefusedAsync("storage", () => Client.CreateCollectionAsync(
            new CreateCollectionRequest { Name = "other", ModelId = "m", Dim = 3, Storage = (VectorStorage)9 }));
    }

    [Fact]
    public async Task GetStatistics_Collection_TellsWhatItCosts()
    {
        await UpsertAsync(Vectors.Entry("a", 1, 0, 0), Vectors.Entry("b", 0, 1, 0));

        var statistics = (await Client.GetStatisticsAsync(new GetStatisticsRequest { Collection = "photos" }, cancellationToken: Cancellation)).Statistics;

        Assert.Equal((2, "exact"), (statistics.EntryCount, statistics.Backend));
        Assert.True(statistics.BytesPerVector > 0 && statistics.MemoryBytes >= 2 * statistics.BytesPerVector);
    }

    private static GlobalEntry WithNumber(string id, double number)
    {
        var entry = Vectors.Entry(id, 1, 0, (float)number);
        entry.Metadata = new Metadata { Values = { ["n"] = new MetadataValue { NumberValue = number } } };
        return entry;
    }

    private static async Task AssertRefusedAsync<T>(string field, Func<AsyncUnaryCall<T>> call)
    {
        var failure = await AssertFailsAsync(StatusCode.InvalidArgument, ErrorReason.FieldInvalid, call);
        Assert.Contains(field, failure.Violations.Select(violation => violation.Field));
    }

    private static async Task<DelgException> AssertFailsAsync<T>(StatusCode code, string reason, Func<AsyncUnaryCall<T>> call)
    {
        var failure = (await Assert.ThrowsAsync<RpcException>(async () => await call())).ToDelgException();
        Assert.Equal((code, reason), (failure.Code, failure.Reason));
        return failure;
    }

    private static SearchEntriesRequest Search(params IEnumerable<GlobalDescriptor> queries) => new() { Collection = "photos", Queries = { queries } };

    private async Task<IReadOnlyList<EntryResult>> UpsertAsync(params GlobalEntry[] entries) =>
        (await Client.UpsertEntriesAsync(new UpsertEntriesRequest { Collection = "photos", Entries = { entries } }, cancellationToken: Cancellation)).Results;

    private async Task<GetEntriesResponse> GetAsync(params IEnumerable<string> imageIds) =>
        await Client.GetEntriesAsync(
            new GetEntriesRequest { Collection = "photos", ImageIds = { imageIds }, IncludeDescriptors = true }, cancellationToken: Cancellation);

    private async Task<Collection> GetCollectionAsync() =>
        (await Client.GetCollectionAsync(new GetCollectionRequest { Name = "photos" }, cancellationToken: Cancellation)).Collection;
}
