using Delg.Contracts.Errors;
using Delg.GlobalIndex.Milvus;
using Delg.GlobalIndex.Milvus.Wire;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;
using CreateCollectionRequest = Delg.GlobalIndex.Milvus.Wire.CreateCollectionRequest;
using Metadata = Delg.V1.Metadata;

namespace Delg.GlobalIndex.Tests.Milvus;

/// <summary>What the index asks of Milvus, and what it makes of the answers.</summary>
public sealed class MilvusIndexTests : IAsyncLifetime
{
    private FakeMilvus _milvus = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _milvus = await FakeMilvus.StartAsync();

    public ValueTask DisposeAsync() => _milvus.DisposeAsync();

    [Fact]
    public async Task Create_NewCollection_MakesItIndexesItAndWaitsUntilItIsLoaded()
    {
        _milvus.LoadSteps = 3;
        await using var index = Open(options => options.IndexType = MilvusIndexType.Hnsw);

        var created = await index.CreateAsync("my-photos", 5);

        var request = Assert.Single(_milvus.Requests<CreateCollectionRequest>());
        Assert.Equal(("delgtest_my_hphotos", 1, 0L), (request.CollectionName, request.ShardsNum, request.NumPartitions));
        var schema = CollectionSchema.Parser.ParseFrom(request.Schema);
        Assert.Equal(["image_id", "vector", "metadata", "content_hash", "width", "height", "update_time"], schema.Fields.Select(field => field.Name));
        Assert.Equal([true, false, false, false, false, false, false], schema.Fields.Select(field => field.IsPrimaryKey));
        Assert.Equal((DataType.Varchar, "512"), (schema.Fields[0].DataType, schema.Fields[0].TypeParams.Single(pair => pair.Key == "max_length").Value));
        Assert.Equal((DataType.FloatVector, "5"), (schema.Fields[1].DataType, schema.Fields[1].TypeParams.Single(pair => pair.Key == "dim").Value));
        var parameters = Assert.Single(_milvus.Requests<CreateIndexRequest>()).ExtraParams.ToDictionary(pair => pair.Key, pair => pair.Value);
        Assert.Equal(("HNSW", "IP", """{"M":16,"efConstruction":200}"""), (parameters["index_type"], parameters["metric_type"], parameters["params"]));
        Assert.Equal(0, _milvus.Collection(request.CollectionName).StepsToLoad);
        Assert.True(_milvus.Requests<GetLoadStateRequest>().Count > 3);
        Assert.Equal(("my-photos", Vectors.Model, 5u), (created.Name, created.ModelId, created.Dim));
        Assert.Equal(created, await index.DescribeCollectionAsync("my-photos", Cancellation));
    }

    [Theory]
    [InlineData(MilvusIndexType.Flat, "FLAT", "{}", "{}")]
    [InlineData(MilvusIndexType.IvfFlat, "IVF_FLAT", """{"nlist":1024}""", """{"nprobe":32}""")]
    [InlineData(MilvusIndexType.IvfSq8, "IVF_SQ8", """{"nlist":1024}""", """{"nprobe":32}""")]
    [InlineData(MilvusIndexType.Hnsw, "HNSW", """{"M":16,"efConstruction":200}""", """{"ef":300}""")]
    [InlineData(MilvusIndexType.DiskAnn, "DISKANN", "{}", """{"search_list":300}""")]
    [InlineData(MilvusIndexType.AutoIndex, "AUTOINDEX", "{}", "{}")]
    public async Task Search_EachIndexType_IsToldItsParameters(MilvusIndexType type, string name, string toCreate, string toSearch)
    {
        await using var index = Open(options => options.IndexType = type);
        var collection = await index.CreateAsync("photos", 2);

        await index.FindAsync(collection, [[1, 0]], topK: 300);

        Assert.Equal([name, toCreate], Assert.Single(_milvus.Requests<CreateIndexRequest>()).ExtraParams.Where(pair => pair.Key != "metric_type").Select(pair => pair.Value));
        var parameters = Assert.Single(_milvus.Requests<SearchRequest>()).SearchParams.ToDictionary(pair => pair.Key, pair => pair.Value);
        Assert.Equal(("vector", "300", "IP", toSearch), (parameters["anns_field"], parameters["topk"], parameters["metric_type"], parameters["params"]));
        Assert.Equal(name, (await index.GetStatisticsAsync("photos", Cancellation)).IndexType);
    }

    [Fact]
    public async Task Use_CollectionLeftHalfMade_FinishesIt()
    {
        _milvus.Fail("CreateIndex", 1, MilvusCode.Unexpected, "disk");
        await using (var index = Open())
            await Assert.ThrowsAsync<MilvusException>(() => index.CreateAsync("photos", 2));
        Assert.Null(_milvus.Collection("delgtest_photos").Index);

        await using var again = Open();
        Assert.Equal(0, await again.CountAsync("photos"));

        Assert.NotNull(_milvus.Collection("delgtest_photos").Index);
        Assert.Equal(0, _milvus.Collection("delgtest_photos").StepsToLoad);
    }

    [Fact]
    public async Task Use_CollectionReleasedMeanwhile_LoadsItAgain()
    {
        await using var index = Open();
        await index.CreateAsync("photos", 2);
        _milvus.Collection("delgtest_photos").StepsToLoad = null;
        _milvus.Fail("Query", 1, MilvusCode.CollectionNotLoaded, "collection not loaded");

        Assert.Equal(0, await index.CountAsync("photos"));

        Assert.Equal(2, _milvus.Requests<LoadCollectionRequest>().Count);
    }

    [Fact]
    public async Task Create_SomethingElseHasTheName_IsRefusedAndSaysWhatIsThere()
    {
        _milvus.Add(new CollectionSchema
        {
            Name = "delgtest_photos",
            Fields = { new FieldSchema { Name = "embedding", DataType = DataType.FloatVector, TypeParams = { new Delg.GlobalIndex.Milvus.Wire.KeyValuePair { Key = "dim", Value = "768" } } } },
        });
        await using var index = Open();

        var failure = await Assert.ThrowsAsync<DelgException>(() => index.CreateAsync("photos", 2048));

        Assert.Equal((StatusCode.FailedPrecondition, ErrorReason.StoreUnsuitable), (failure.Code, failure.Reason));
        Assert.Contains("embedding FloatVector dim 768", failure.Message, StringComparison.Ordinal);
        Assert.Empty(await index.ListCollectionsAsync(Cancellation));
    }

    [Fact]
    public async Task Create_AnotherServiceWasFaster_IsTold()
    {
        await using var index = Open();
        await using var other = Open();
        // Both look, then both make it: the second one's record differs.
        _milvus.Fail("DescribeCollection", 1, MilvusCode.CollectionNotFound);
        await other.CreateAsync("photos", 2);
        _milvus.Fail("DescribeCollection", 1, MilvusCode.CollectionNotFound);

        var failure = await Assert.ThrowsAsync<DelgException>(() => index.CreateAsync("photos", 2));

        Assert.Equal(ErrorReason.CollectionExists, failure.Reason);
    }

    [Fact]
    public async Task Describe_ServerThatAnswersMissingWithSuccess_IsNotFound()
    {
        await using var index = Open();
        await index.CreateAsync("photos", 2);
        _milvus.Collection("delgtest_photos");
        await index.DeleteCollectionAsync("photos", Cancellation);

        var failure = await Assert.ThrowsAsync<DelgException>(() => index.DescribeCollectionAsync("photos", Cancellation));

        Assert.Equal(ErrorReason.CollectionNotFound, failure.Reason);
        Assert.False(_milvus.HasCollection("delgtest_photos"));
    }

    [Fact]
    public async Task Upsert_SameIdTwice_SendsTheLastOnly()
    {
        await using var index = Open();
        var collection = await index.CreateAsync("photos", 2);

        await index.PutAsync(collection, ("a", [1, 0]), ("b", [3, 4]), ("a", [0, 1]));

        var request = Assert.Single(_milvus.Requests<UpsertRequest>());
        Assert.Equal(2u, request.NumRows);
        Assert.Equal(["a", "b"], request.FieldsData.Single(field => field.FieldName == "image_id").Scalars.StringData.Data);
        Assert.Equal([0f, 1f, 0.6f, 0.8f], request.FieldsData.Single(field => field.FieldName == "vector").Vectors.FloatVector.Data);
    }

    [Fact]
    public async Task Upsert_MoreThanAMessageHolds_SendsSeveralBelowTheLimit()
    {
        const int MaxBytes = 1 << 20;
        await using var index = Open(options => options.MaxBatchBytes = MaxBytes);
        var collection = await index.CreateAsync("photos", 2048);
        var random = new Random(1);

        await index.PutAsync(collection, Enumerable.Range(0, 300).Select(i => ($"{i}", Vectors.Random(random, 2048))));

        var requests = _milvus.Requests<UpsertRequest>();
        Assert.True(requests.Count > 1);
        Assert.All(requests, request => Assert.InRange(request.CalculateSize(), 1, MaxBytes));
        Assert.Equal(300, requests.Sum(request => request.NumRows));
    }

    [Fact]
    public async Task Upsert_MetadataTooLongInJson_WritesNothing()
    {
        await using var index = Open();
        var collection = await index.CreateAsync("photos", 2);
        var entry = Vectors.Entry("long", 1, 0);
        entry.Metadata = new Metadata();
        for (var i = 0; i < 10; i++)
            entry.Metadata.Values.Add($"k{i}", new MetadataValue { StringValue = new string('\u0001', 4096) });

        var failure = await Assert.ThrowsAsync<DelgException>(() => index.PutAsync(collection, [Vectors.Entry("short", 1, 0), entry]));

        Assert.Equal(ErrorReason.FieldInvalid, failure.Reason);
        Assert.Contains("'long'", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_milvus.Requests<UpsertRequest>());
    }

    [Fact]
    public async Task Search_AfterAWrite_WaitsForItsStamp()
    {
        await using var index = Open();
        var collection = await index.CreateAsync("photos", 2);
        await index.FindAsync(collection, [[1, 0]]);
        await index.PutAsync(collection, ("a", [1, 0]));
        await index.FindAsync(collection, [[1, 0]]);
        await index.DeleteAsync("photos", ["a"], Cancellation);
        await index.FindAsync(collection, [[1, 0]]);

        var searches = _milvus.Requests<SearchRequest>();
        Assert.All(searches, search => Assert.Equal(ConsistencyLevel.Session, search.ConsistencyLevel));
        // Each stamp is of the server's clock after what came before, the first one of the time when the collection was first used.
        Assert.True(searches[0].GuaranteeTimestamp > 1000);
        Assert.True(searches[1].GuaranteeTimestamp > searches[0].GuaranteeTimestamp);
        Assert.True(searches[2].GuaranteeTimestamp > searches[1].GuaranteeTimestamp + 1);
    }

    [Theory]
    [InlineData(MilvusConsistency.Strong, 0, 0)]
    [InlineData(MilvusConsistency.Bounded, 2, 2)]
    [InlineData(MilvusConsistency.Eventually, 3, 1)]
    public async Task Search_OtherConsistency_SaysSo(MilvusConsistency consistency, int level, ulong timestamp)
    {
        await using var index = Open(options => options.Consistency = consistency);
        var collection = await index.CreateAsync("photos", 2);
        await index.PutAsync(collection, ("a", [1, 0]));

        await index.FindAsync(collection, [[1, 0]]);

        var search = Assert.Single(_milvus.Requests<SearchRequest>());
        Assert.Equal((level, timestamp), ((int)search.ConsistencyLevel, search.GuaranteeTimestamp));
    }

    [Fact]
    public async Task Search_ManyQueriesForMany_IsSeveralSearches()
    {
        await using var index = Open(options => options.MaxNeighborsPerSearch = 16_384);
        var collection = await index.CreateAsync("photos", 2);
        _milvus.OnSearch = request => new SearchResults { Results = new SearchResultData { Topks = { Enumerable.Repeat(0L, (int)request.Nq) } } };

        var results = await index.FindAsync(collection, Enumerable.Range(0, 10).Select(i => new float[] { 1, i }), topK: 4096);

        Assert.Equal([4L, 4L, 2L], _milvus.Requests<SearchRequest>().Select(search => search.Nq));
        Assert.Equal(10, results.Count);
    }

    [Fact]
    public async Task Search_Hits_AreOrderedAndCut()
    {
        await using var index = Open();
        var collection = await index.CreateAsync("photos", 2);
        var json = ByteString.CopyFromUtf8("{}");
        _milvus.OnSearch = _ => new SearchResults
        {
            Results = new SearchResultData
            {
                Ids = new IDs { StrId = new StringArray { Data = { "c", "b", "a", "z", "y" } } },
                Scores = { 0.9f, 0.5f, 0.5f, 0.1f, 0.8f },
                Topks = { 4, 1 },
                FieldsData =
                {
                    new FieldData { FieldName = "metadata", Scalars = new ScalarField { JsonData = new JsonArray { Data = { json, json, json, json, ByteString.CopyFromUtf8("""{"n":1.5}""") } } } },
                    new FieldData { FieldName = "width", Scalars = new ScalarField { IntData = new IntArray { Data = { 0, 0, 0, 0, 7 } } } },
                    new FieldData { FieldName = "height", Scalars = new ScalarField { IntData = new IntArray { Data = { 0, 0, 0, 0, 8 } } } },
                },
            },
        };

        var results = await index.FindAsync(collection, [[1, 0], [0, 1]], minSimilarity: 0.2f);

        Assert.Equal(["c", "a", "b"], results[0].Neighbors.Select(neighbor => neighbor.ImageId));
        var last = Assert.Single(results[1].Neighbors);
        Assert.Equal(("y", 0.8f, 1.5, new ImageSize { Width = 7, Height = 8 }), (last.ImageId, last.Similarity, last.Metadata.Values["n"].NumberValue, last.ImageSize));
    }

    [Fact]
    public async Task Float16_OldServer_IsRefused()
    {
        await using var index = Open();

        var failure = await Assert.ThrowsAsync<DelgException>(() => index.CreateAsync("photos", 2, VectorStorage.Float16));

        Assert.Equal((StatusCode.FailedPrecondition, ErrorReason.StorageUnsupported), (failure.Code, failure.Reason));
        Assert.Contains("v2.3.5", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_milvus.Requests<CreateCollectionRequest>());
    }

    [Fact]
    public async Task Float16_NewServer_HalvesVectorsAndQueries()
    {
        _milvus.Version = "v2.4.1";
        await using var index = Open();
        var collection = await index.CreateAsync("photos", 2, VectorStorage.Float16);

        await index.PutAsync(collection, ("a", [0.6f, 0.8f]));
        await index.FindAsync(collection, [[0, 1]]);

        Assert.Equal(VectorStorage.Float16, (await index.DescribeCollectionAsync("photos", Cancellation)).Storage);
        var field = Assert.Single(_milvus.Requests<UpsertRequest>()).FieldsData.Single(field => field.FieldName == "vector");
        Assert.Equal((DataType.Float16Vector, "cd38663a"), (field.Type, Convert.ToHexStringLower(field.Vectors.Float16Vector.Span)));
        var query = Assert.Single(PlaceholderGroup.Parser.ParseFrom(Assert.Single(_milvus.Requests<SearchRequest>()).PlaceholderGroup).Placeholders);
        Assert.Equal((PlaceholderType.Float16Vector, "0000003c"), (query.Type, Convert.ToHexStringLower(query.Values[0].Span)));
    }

    [Fact]
    public async Task Values_NewServer_TravelBesideTheExpressions()
    {
        _milvus.Version = "v2.5.4";
        await using var index = Open();
        var collection = await index.CreateAsync("photos", 2);

        await index.FindAsync(collection, [[1, 0]], exclude: ["x\""], filter: "k = 'y\"'");
        await index.DeleteAsync("photos", ["z\""], Cancellation);
        await index.ListIdsAsync("photos", after: "w\"");

        var search = Assert.Single(_milvus.Requests<SearchRequest>());
        Assert.Equal(("y\"", "x\""), (search.ExprTemplateValues["v0"].StringVal, search.ExprTemplateValues["v1"].ArrayVal.StringData.Data[0]));
        var delete = Assert.Single(_milvus.Requests<DeleteRequest>());
        Assert.Equal("z\"", delete.ExprTemplateValues["v0"].ArrayVal.StringData.Data[0]);
        var query = Assert.Single(_milvus.Requests<QueryRequest>());
        Assert.Equal("w\"", query.ExprTemplateValues["v0"].StringVal);
        Assert.DoesNotContain("\\\"", search.Dsl + delete.Expr + query.Expr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_ByIds_MakesTheServerLookWhichAreThere()
    {
        await using var index = Open();
        await index.CreateAsync("photos", 2);
        _milvus.OnDelete = _ => new MutationResult { DeleteCnt = 1 };

        var deleted = await index.DeleteAsync("photos", [.. Enumerable.Range(0, 1001).Select(i => $"{i}")], Cancellation);

        var requests = _milvus.Requests<DeleteRequest>();
        Assert.Equal((2, 2), (deleted, requests.Count));
        Assert.Equal("(image_id in [\"1000\"] and image_id != \"\")", requests[1].Expr);
    }

    [Fact]
    public async Task List_ShortPages_AsksOnUntilNothingIsLeft()
    {
        await using var index = Open();
        await index.CreateAsync("photos", 2);
        _milvus.OnQuery = request => Rows(request.Expr switch
        {
            "" => ["a", "b"],
            "image_id > \"b\"" => ["c"],
            _ => [],
        });

        var ids = await index.ListIdsAsync("photos", count: 5);

        Assert.Equal(["a", "b", "c"], ids);
        var queries = _milvus.Requests<QueryRequest>();
        Assert.Equal(["5", "3", "2"], queries.Select(query => query.QueryParams.Single(pair => pair.Key == "limit").Value));
        Assert.All(queries, query => Assert.Contains(query.QueryParams, pair => pair is { Key: "iterator", Value: "True" }));
    }

    [Fact]
    public async Task List_RowsOutOfOrder_FailsRatherThanSkipSome()
    {
        await using var index = Open();
        await index.CreateAsync("photos", 2);
        _milvus.OnQuery = _ => Rows(["b", "a"]);

        var failure = await Assert.ThrowsAsync<DelgException>(() => index.ListIdsAsync("photos"));

        Assert.Contains("order", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PartitionKey_WrittenAndSearched_IsAColumnOfItsOwn()
    {
        await using var index = Open(options => options.PartitionKey = "tenant");
        // The rows that prove that partitions work are all found.
        _milvus.OnQuery = _ => CountOf(1);
        var collection = await index.CreateAsync("photos", 2);
        var entry = Vectors.Entry("a", 1, 0);
        entry.Metadata = new Metadata { Values = { ["tenant"] = new MetadataValue { StringValue = "t1" } } };

        await index.PutAsync(collection, [entry, Vectors.Entry("b", 1, 0)]);
        await index.FindAsync(collection, [[1, 0]], filter: "tenant = 't1'");

        var create = Assert.Single(_milvus.Requests<CreateCollectionRequest>());
        Assert.Equal(64, create.NumPartitions);
        Assert.True(CollectionSchema.Parser.ParseFrom(create.Schema).Fields.Single(field => field.Name == "partition_key").IsPartitionKey);
        Assert.Equal(["t1", ""], _milvus.Requests<UpsertRequest>()[^1].FieldsData.Single(field => field.FieldName == "partition_key").Scalars.StringData.Data);
        Assert.Equal("(metadata[\"tenant\"] == \"t1\" and partition_key == \"t1\")", _milvus.Requests<SearchRequest>()[^1].Dsl);
    }

    [Fact]
    public async Task PartitionKey_ServerThatLosesRowsBehindIt_IsRefused()
    {
        await using var index = Open(options => options.PartitionKey = "tenant");
        _milvus.OnQuery = request => CountOf(request.Expr.Contains("\"3\"", StringComparison.Ordinal) ? 0 : 1);

        var failure = await Assert.ThrowsAsync<DelgException>(() => index.CreateAsync("photos", 2));

        Assert.Equal((StatusCode.FailedPrecondition, ErrorReason.StoreUnsuitable), (failure.Code, failure.Reason));
        Assert.False(_milvus.HasCollection("delgtest_photos"));
    }

    [Fact]
    public async Task Check_EachState_SaysWhatIsWrong()
    {
        await using var index = Open();
        Assert.Null(await index.CheckAsync(Cancellation));

        _milvus.IsHealthy = false;
        Assert.Contains("a node is missing", await index.CheckAsync(Cancellation), StringComparison.Ordinal);

        _milvus.Break("GetVersion", 1, StatusCode.Unauthenticated, "auth check failure");
        Assert.Contains("password", await index.CheckAsync(Cancellation), StringComparison.Ordinal);

        await _milvus.StopAsync();
        Assert.Contains("does not answer", await index.CheckAsync(Cancellation), StringComparison.Ordinal);
    }

    private static QueryResults CountOf(long count) =>
        new() { FieldsData = { Column("count(*)", new ScalarField { LongData = new LongArray { Data = { count } } }) } };

    private static QueryResults Rows(string[] ids) => new()
    {
        FieldsData =
        {
            Column("image_id", new ScalarField { StringData = new StringArray { Data = { ids } } }),
            Column("metadata", new ScalarField { JsonData = new JsonArray { Data = { ids.Select(_ => ByteString.CopyFromUtf8("{}")) } } }),
            Column("content_hash", new ScalarField { StringData = new StringArray { Data = { ids.Select(_ => "") } } }),
            Column("width", new ScalarField { IntData = new IntArray { Data = { ids.Select(_ => 0) } } }),
            Column("height", new ScalarField { IntData = new IntArray { Data = { ids.Select(_ => 0) } } }),
            Column("update_time", new ScalarField { LongData = new LongArray { Data = { ids.Select(_ => 0L) } } }),
        },
    };

    private static FieldData Column(string name, ScalarField values) => new() { FieldName = name, Scalars = values };

    private MilvusIndex Open(Action<MilvusOptions>? set = null)
    {
        // A count of an empty collection, for tests that need no other answer.
        _milvus.OnQuery = _ => CountOf(0);
        return OpenMilvus.At(_milvus.Address, set: options =>
        {
            options.PollSeconds = 0.01;
            set?.Invoke(options);
        });
    }
}
