using System.ComponentModel.DataAnnotations;

namespace Delg.GlobalIndex.Milvus;

/// <summary>Where Milvus is and how collections are kept there: keys of the section <see cref="Section"/>, used when the backend is Milvus.</summary>
public sealed class MilvusOptions
{
    public const string Section = $"{GlobalIndexHosting.Section}:Milvus";

    /// <summary>Address of the server: <c>http://host:port</c>, or <c>https://host:port</c> for TLS. Default http://127.0.0.1:19530.</summary>
    public string Address { get; set; } = "http://127.0.0.1:19530";

    /// <summary>User to speak as. Default: none.</summary>
    public string User { get; set; } = "";

    /// <summary>The user's password.</summary>
    public string Password { get; set; } = "";

    /// <summary>A token in place of user and password. Default: none.</summary>
    public string Token { get; set; } = "";

    /// <summary>Database that holds the collections. Default: the server's default one.</summary>
    public string Database { get; set; } = "";

    /// <summary>PEM file of the authorities that the server's certificate must descend from. Default: the system's.</summary>
    public string CaCertificate { get; set; } = "";

    /// <summary>What the names of our collections begin with in Milvus: letters, digits and underscores. Default <c>delg_</c>.</summary>
    [RegularExpression("[A-Za-z_][A-Za-z0-9_]{0,63}", ErrorMessage = "It must be 1 to 64 letters, digits or '_' and not begin with a digit.")]
    public string CollectionPrefix { get; set; } = "delg_";

    /// <summary>Index of new collections; existing ones keep theirs. Default Hnsw.</summary>
    public MilvusIndexType IndexType { get; set; } = MilvusIndexType.Hnsw;

    /// <summary>IvfFlat and IvfSq8: lists that the vectors are divided into (nlist). Default 1024.</summary>
    [Range(1, 65_536)]
    public int IvfLists { get; set; } = 1024;

    /// <summary>IvfFlat and IvfSq8: lists that a search looks into (nprobe). Default 32.</summary>
    [Range(1, 65_536)]
    public int IvfProbes { get; set; } = 32;

    /// <summary>Hnsw: links of a vector (M). Default 16.</summary>
    [Range(2, 2048)]
    public int HnswLinks { get; set; } = 16;

    /// <summary>Hnsw: candidates kept while a vector is put in (efConstruction). Default 200.</summary>
    [Range(1, 32_768)]
    public int HnswBuildCandidates { get; set; } = 200;

    /// <summary>Hnsw and DiskAnn: candidates kept while searching (ef, search_list), at least as many as neighbours are asked for. Default 256.</summary>
    [Range(1, 16_384)]
    public int SearchCandidates { get; set; } = 256;

    /// <summary>
    /// Metadata key whose text divides a new collection into partitions, so that a filter that wants one value of it (key = "x") looks into one
    /// partition only. Default: none.
    /// </summary>
    [RegularExpression("([A-Za-z_][A-Za-z0-9_]{0,63})?", ErrorMessage = "It must be a metadata key: 1 to 64 letters, digits or '_', not beginning with a digit.")]
    public string PartitionKey { get; set; } = "";

    /// <summary>Partitions behind a partition key. Default 64.</summary>
    [Range(1, 1024)]
    public int Partitions { get; set; } = 64;

    /// <summary>Logs that the writes of a new collection are divided over. Default 1.</summary>
    [Range(1, 16)]
    public int Shards { get; set; } = 1;

    /// <summary>Copies of a collection in the memory of query nodes. Default 1.</summary>
    [Range(1, 64)]
    public int Replicas { get; set; } = 1;

    /// <summary>What a read waits for. Default Session.</summary>
    public MilvusConsistency Consistency { get; set; } = MilvusConsistency.Session;

    /// <summary>Bytes that one message to Milvus carries at most; larger writes are several. Default 48 MiB; the server's own limit is 64 MiB.</summary>
    [Range(1 << 20, 64 << 20)]
    public int MaxBatchBytes { get; set; } = 48 << 20;

    /// <summary>Neighbours that one answer of Milvus carries at most, all its queries together; more queries are several searches. Default 65,536.</summary>
    [Range(16_384, 4_194_304)]
    public int MaxNeighborsPerSearch { get; set; } = 65_536;

    /// <summary>Longest wait for a connection, seconds. Default 5.</summary>
    [Range(0.1, 300)]
    public double ConnectTimeoutSeconds { get; set; } = 5;

    /// <summary>Longest wait for one answer, seconds. Default 30.</summary>
    [Range(0.1, 3600)]
    public double CallTimeoutSeconds { get; set; } = 30;

    /// <summary>
    /// How long a call that Milvus could not take now (away, starting, too busy) is tried again, seconds, the caller's deadline permitting.
    /// Default 10; 0: never.
    /// </summary>
    [Range(0, 3600)]
    public double RetrySeconds { get; set; } = 10;

    /// <summary>Longest wait for a collection to be in Milvus's memory, seconds. Default 600.</summary>
    [Range(1, 86_400)]
    public double LoadTimeoutSeconds { get; set; } = 600;

    /// <summary>Pause between two questions whether a collection is there yet, seconds. Default 0.2.</summary>
    [Range(0.01, 60)]
    public double PollSeconds { get; set; } = 0.2;
}
