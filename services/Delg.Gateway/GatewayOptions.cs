using System.ComponentModel.DataAnnotations;

namespace Delg.Gateway;

/// <summary>Settings of the gateway: keys of the section <see cref="GatewayHosting.Section"/>, variables <c>DELG_Gateway__…</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>
    /// Address of the extractor: <c>http://host:port</c>, <c>https://host:port</c>, or <c>dns:///host:port</c> for a name with one address a
    /// replica (a headless service of Kubernetes), over which calls are spread in turn. Default: what Tye's <c>SERVICE__EXTRACTOR__HOST</c>
    /// and <c>__PORT</c> say, else http://127.0.0.1:5101.
    /// </summary>
    public string Extractor { get; set; } = "";

    /// <summary>Address of the global index, same forms. Default: Tye's <c>SERVICE__GLOBAL_INDEX__…</c>, else http://127.0.0.1:5102.</summary>
    public string GlobalIndex { get; set; } = "";

    /// <summary>Address of the local verifier, same forms. Default: Tye's <c>SERVICE__LOCAL_VERIFIER__…</c>, else http://127.0.0.1:5103.</summary>
    public string LocalVerifier { get; set; } = "";

    /// <summary>Collection meant by a request that names none. Default <c>default</c>.</summary>
    public string DefaultCollection { get; set; } = "default";

    /// <summary>Indexing an image into a collection that is not there makes it. Default true.</summary>
    public bool AutoCreateCollections { get; set; } = true;

    /// <summary>Images of one IndexImages stream worked on at a time. Default 4.</summary>
    [Range(1, 256)]
    public int IndexImagesInFlight { get; set; } = 4;

    /// <summary>Hits of a search that does not say how many. Default 10.</summary>
    [Range(1, 10_000)]
    public int DefaultTopK { get; set; } = 10;

    /// <summary>Most hits a search may ask for. Default 1000.</summary>
    [Range(1, 10_000)]
    public int MaxTopK { get; set; } = 1000;

    /// <summary>Candidates verified for a search that does not say how many. Default 100, as published.</summary>
    [Range(0, 1000)]
    public int DefaultRerankDepth { get; set; } = 100;

    /// <summary>Most candidates a search may have verified. Default and limit 1000.</summary>
    [Range(0, 1000)]
    public int MaxRerankDepth { get; set; } = 1000;

    /// <summary>What a fully verified hit gains in FUSED order, in units of cosine similarity. Default: as the weights say, else 0.5.</summary>
    [Range(0.0, 100.0)]
    public double? FusionWeight { get; set; }

    /// <summary>Effective inliers from which more of them count for nothing more in FUSED order. Default: as the weights say, else 40.</summary>
    [Range(1, 10_000)]
    public int? FusionCap { get; set; }

    /// <summary>Matches of each hit when a search asks to have them explained and does not say how many. Default 100.</summary>
    [Range(1, 1000)]
    public int ExplainedMatches { get; set; } = 100;

    /// <summary>Cosine similarity from which two images are compared as duplicates when the request does not say. Default 0.8.</summary>
    [Range(-1f, 1f)]
    public float DuplicateSimilarity { get; set; } = 0.8f;

    /// <summary>Time kept back before the deadline of a search that takes a part of the answer, to send it, milliseconds. Default 50.</summary>
    [Range(0, 60_000)]
    public int PartialReserveMs { get; set; } = 50;

    /// <summary>Candidates compared in one call for a search that takes a part of the answer. Default 25.</summary>
    [Range(1, 1000)]
    public int PartialBatchCandidates { get; set; } = 25;

    /// <summary>
    /// Entries of the index read in one call; more are read in several. Default 1000, the index's own default. At most its <c>MaxEntriesPerCall</c>.
    /// </summary>
    [Range(1, 100_000)]
    public int EntriesPerCall { get; set; } = 1000;

    /// <summary>
    /// Candidates compared in one call; more are compared in several, one after the other. Default and limit 1000, the verifier's own. At most its
    /// <c>MaxCandidates</c>.
    /// </summary>
    [Range(1, 1000)]
    public int CandidatesPerCall { get; set; } = 1000;

    /// <summary>Larger side of the thumbnail made of each image that is indexed, pixels. Default 320; 0: none is made.</summary>
    [Range(0, 1024)]
    public int ThumbnailSidePixels { get; set; } = 320;

    /// <summary>Longest wait for one extraction, queueing included, seconds. Default 60.</summary>
    [Range(0.001, 3600)]
    public double ExtractTimeoutSeconds { get; set; } = 60;

    /// <summary>Longest wait for one global search, seconds. Default 30.</summary>
    [Range(0.001, 3600)]
    public double SearchTimeoutSeconds { get; set; } = 30;

    /// <summary>Longest wait for the verification of one call's candidates, seconds. Default 30.</summary>
    [Range(0.001, 3600)]
    public double VerifyTimeoutSeconds { get; set; } = 30;

    /// <summary>Longest wait for one read or write of stored records or features, or for the next message of a listing, seconds. Default 30.</summary>
    [Range(0.001, 3600)]
    public double StoreTimeoutSeconds { get; set; } = 30;

    /// <summary>
    /// Longest wait for a whole collection to go from one service, seconds; the caller's deadline is what should end it before. Default 3600: it takes the
    /// longer the more images there are.
    /// </summary>
    [Range(0.001, 86_400)]
    public double DropTimeoutSeconds { get; set; } = 3600;

    /// <summary>Longest wait for a service to say whether it is ready, seconds. Default 2.</summary>
    [Range(0.001, 60)]
    public double HealthTimeoutSeconds { get; set; } = 2;

    /// <summary>
    /// Times an image of an IndexImages stream is offered again to an extractor whose queue is full, each after the wait the extractor
    /// asks for. Default 20; 0: never.
    /// </summary>
    [Range(0, 1000)]
    public int QueueFullRetries { get; set; } = 20;

    /// <summary>
    /// Fetch images that are given by their address. Default false: a gateway that fetches for others is a way into its own network, however
    /// carefully it looks where it goes.
    /// </summary>
    public bool UrlIngest { get; set; }

    /// <summary>Largest image fetched, bytes. Default 20 MiB.</summary>
    [Range(1024, 1024 * 1024 * 1024)]
    public int UrlMaxBytes { get; set; } = 20 * 1024 * 1024;

    /// <summary>Longest time for fetching one image, redirects included, seconds. Default 20.</summary>
    [Range(0.1, 600)]
    public double UrlTimeoutSeconds { get; set; } = 20;

    /// <summary>Redirects followed for one image. Default 3.</summary>
    [Range(0, 10)]
    public int UrlMaxRedirects { get; set; } = 3;

    /// <summary>
    /// Largest body of an HTTP request, bytes. Default 32 MiB: a 20 MiB photo fits, as a form or as base64 inside JSON. The limit of gRPC is
    /// <c>MaxMessageBytes</c>.
    /// </summary>
    [Range(1024, 1024 * 1024 * 1024)]
    public int MaxHttpBodyBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>
    /// Bytes of all requests that are being received or worked on at a time; more are refused with GATEWAY_BUSY, and the next message of an IndexImages stream waits. Default
    /// 96 MiB. Memory is up to seven times that: a photo is there as it came and as it is sent on, and a form also as JSON.
    /// </summary>
    [Range(1024, 1024L * 1024 * 1024 * 1024)]
    public long MaxRequestBytesInFlight { get; set; } = 96 * 1024 * 1024;

    /// <summary>Wait asked of a caller that is refused with GATEWAY_BUSY, seconds. Default 0.5.</summary>
    [Range(0.01, 60)]
    public double BusyRetrySeconds { get; set; } = 0.5;

    /// <summary>Pass the three services' own gRPC methods through the gateway's port. Default false.</summary>
    public bool PassThrough { get; set; }

    /// <summary>Longest silence of a call passed through before it is given up, seconds. Default 300.</summary>
    [Range(1, 86400)]
    public double PassThroughIdleSeconds { get; set; } = 300;

    /// <summary>Time between two questions to each replica whether it is ready for calls passed through, seconds. Default 5.</summary>
    [Range(0.1, 3600)]
    public double PassThroughHealthSeconds { get; set; } = 5;
}
