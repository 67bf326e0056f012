using Delg.GlobalIndex.Milvus;
using Delg.GlobalIndex.Milvus.Wire;
using Delg.V1;
using Google.Protobuf;
using KeyValuePair = Delg.GlobalIndex.Milvus.Wire.KeyValuePair;
using Status = Delg.GlobalIndex.Milvus.Wire.Status;

namespace Delg.GlobalIndex.Tests.Milvus;

/// <summary>Our part of the protocol against bytes that Milvus's own definitions give for the same messages.</summary>
public sealed class WireFormatTests
{
    private static readonly float[] _vector = [1, 0, 0, 0.5f];

    [Fact]
    public void QueryVectors_Float32_AreTheKnownBytes() =>
        AssertBytes("0a180a02243010651a100000803f00000000000000000000003f", QueryVectors.Of([_vector], VectorStorage.Float32));

    [Fact]
    public void CollectionSchema_WithPartitionKey_IsTheKnownBytes() =>
        AssertBytes(
            "0a03696d67221b120269641801281532110a0a6d61785f6c656e6774681203313238221412037665632865320b0a0364696d1204323034382"
            + "21e120674656e616e74281532100a0a6d61785f6c656e677468120236346801",
            new CollectionSchema
            {
                Name = "img",
                Fields =
                {
                    new FieldSchema { Name = "id", IsPrimaryKey = true, DataType = DataType.Varchar, TypeParams = { Pair("max_length", "128") } },
                    new FieldSchema { Name = "vec", DataType = DataType.FloatVector, TypeParams = { Pair("dim", "2048") } },
                    new FieldSchema { Name = "tenant", DataType = DataType.Varchar, TypeParams = { Pair("max_length", "64") }, IsPartitionKey = true },
                },
            });

    [Fact]
    public void LoadCollection_IsTheKnownBytes() =>
        AssertBytes("1a03696d67", new LoadCollectionRequest { CollectionName = "img" });

    [Fact]
    public void Upsert_OneRow_IsTheKnownBytes() =>
        AssertBytes(
            "1a03696d672a0d0815120269641a0532030a01612a1f086512037665632216080412120a100000803f00000000000000000000003f3801",
            new UpsertRequest
            {
                CollectionName = "img",
                FieldsData =
                {
                    new FieldData { Type = DataType.Varchar, FieldName = "id", Scalars = new ScalarField { StringData = new StringArray { Data = { "a" } } } },
                    new FieldData
                    {
                        Type = DataType.FloatVector, FieldName = "vec",
                        Vectors = new VectorField { Dim = 4, FloatVector = new FloatArray { Data = { _vector } } },
                    },
                },
                NumRows = 1,
            });

    [Fact]
    public void Delete_ById_IsTheKnownBytes() =>
        AssertBytes("1a03696d672a0b696420696e205b2261225d", new DeleteRequest { CollectionName = "img", Expr = "id in [\"a\"]" });

    [Fact]
    public void Search_WithFilter_IsTheKnownBytes() =>
        AssertBytes(
            "1a03696d67220270302a0d74656e616e74203d3d20227422321a0a180a02243010651a100000803f00000000000000000000003f3801420269644a110a0a616e6e735f"
            + "6669656c6412037665634a0a0a04746f706b120231304a110a0b6d65747269635f74797065120249504a130a06706172616d7312097b226566223a36347d60017002",
            new SearchRequest
            {
                CollectionName = "img",
                PartitionNames = { "p0" },
                Dsl = "tenant == \"t\"",
                PlaceholderGroup = QueryVectors.Of([_vector], VectorStorage.Float32).ToByteString(),
                DslType = DslType.BoolExprV1,
                OutputFields = { "id" },
                SearchParams = { Pair("anns_field", "vec"), Pair("topk", "10"), Pair("metric_type", "IP"), Pair("params", VectorIndex.ToSearch("HNSW", 10, new MilvusOptions { SearchCandidates = 64 })) },
                Nq = 1,
                ConsistencyLevel = ConsistencyLevel.Bounded,
            });

    [Fact]
    public void CreateIndex_Hnsw_IsTheKnownBytes() =>
        AssertBytes(
            "1a03696d6722037665632a120a0a696e6465785f747970651204484e53572a110a0b6d65747269635f74797065120249502a270a06706172616d73121d7b224d223a3136"
            + "2c226566436f6e737472756374696f6e223a3230307d",
            new CreateIndexRequest { CollectionName = "img", FieldName = "vec", ExtraParams = { VectorIndex.ToCreate(new MilvusOptions()) } });

    [Fact]
    public void Query_Count_IsTheKnownBytes() =>
        AssertBytes(
            "1a03696d672a08636f756e74282a2940016001",
            new QueryRequest { CollectionName = "img", OutputFields = { "count(*)" }, GuaranteeTimestamp = 1, UseDefaultConsistency = true });

    [Fact]
    public void FieldData_Float16_IsTheKnownBytes()
    {
        var bytes = new byte[2 * HalfPrecision.ComponentBytes];
        HalfPrecision.Write([1, 0.5f], bytes);
        AssertBytes(
            "08661203766563220808022204003c0038",
            new FieldData { Type = DataType.Float16Vector, FieldName = "vec", Vectors = new VectorField { Dim = 2, Float16Vector = ByteString.CopyFrom(bytes) } });
        Assert.Equal([1, 0.5f], HalfPrecision.Read(bytes));
    }

    [Fact]
    public void Status_RateLimit_IsReadFromTheKnownBytes()
    {
        var status = Status.Parser.ParseFrom(Convert.FromHexString("0831120571756f746118082001"));

        Assert.Equal((49, "quota", MilvusCode.RateLimit, true), (status.ErrorCode, status.Reason, status.Code, status.Retriable));
        Assert.True(MilvusException.Of("Search", status).IsPassing);
    }

    [Fact]
    public void SearchResults_TwoHits_AreReadFromTheKnownBytes()
    {
        var results = SearchResults.Parser.ParseFrom(Convert.FromHexString("0a00121b0801100222086666663f0000003f2a0812060a01610a01623201021a03696d67"));

        Assert.Equal(["a", "b"], results.Results.Ids.StrId.Data);
        Assert.Equal([0.9f, 0.5f], results.Results.Scores);
        Assert.Equal((1L, 2L, "img"), (results.Results.NumQueries, results.Results.Topks[0], results.CollectionName));
        Assert.Equal(MilvusCode.Success, MilvusCode.Of(results.Status));
    }

    [Fact]
    public void BoolResponse_Success_IsAnEmptyStatus() =>
        // A message that is not used here, but whose first field every answer shares.
        Assert.Equal(MilvusCode.Success, MilvusCode.Of(GetVersionResponse.Parser.ParseFrom(Convert.FromHexString("0a001001")).Status));

    private static void AssertBytes(string hex, IMessage message)
    {
        Assert.Equal(hex, Convert.ToHexStringLower(message.ToByteArray()));
        Assert.Equal(message, message.Descriptor.Parser.ParseFrom(Convert.FromHexString(hex)));
    }

    private static KeyValuePair Pair(string key, string value) => new() { Key = key, Value = value };
}
