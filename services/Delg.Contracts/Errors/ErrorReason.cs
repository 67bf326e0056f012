namespace Delg.Contracts.Errors;

/// <summary>
/// The stable reasons that travel in google.rpc.ErrorInfo (domain <see cref="Domain"/>). Clients may branch on them; texts may change,
/// reasons do not.
/// </summary>
public static class ErrorReason
{
    /// <summary>ErrorInfo.domain of every error this system raises.</summary>
    public const string Domain = "delg.micro";

    /// <summary>INVALID_ARGUMENT: one or more fields are missing or out of range; BadRequest names each.</summary>
    public const string FieldInvalid = "FIELD_INVALID";

    /// <summary>INVALID_ARGUMENT: a metadata filter is not one, or too large; <c>position</c> and <c>expected</c> are in the details.</summary>
    public const string FilterInvalid = "FILTER_INVALID";

    /// <summary>INVALID_ARGUMENT: a set of local features contradicts itself or its limits.</summary>
    public const string FeaturesInvalid = "FEATURES_INVALID";

    /// <summary>INVALID_ARGUMENT: the region leaves fewer than 10 pixels of the image.</summary>
    public const string RegionInvalid = "REGION_INVALID";

    /// <summary>INVALID_ARGUMENT: after scaling, a side of the image is shorter than the network needs.</summary>
    public const string ImageTooSmall = "IMAGE_TOO_SMALL";

    /// <summary>FAILED_PRECONDITION: an image was given by its address, and the gateway's option forbids that.</summary>
    public const string UrlIngestOff = "URL_INGEST_OFF";

    /// <summary>INVALID_ARGUMENT: an image's address is not one, or leads where the gateway does not go; the details say why.</summary>
    public const string UrlRefused = "URL_REFUSED";

    /// <summary>INVALID_ARGUMENT: no image came from an address: no answer, a failure, too many redirects, too many bytes, too slow.</summary>
    public const string UrlFetchFailed = "URL_FETCH_FAILED";

    /// <summary>RESOURCE_EXHAUSTED (HTTP: 413): a message, or a request's body, is larger than is taken; <c>max_bytes</c> is in the details.</summary>
    public const string RequestTooLarge = "REQUEST_TOO_LARGE";

    /// <summary>UNIMPLEMENTED (HTTP: 404): nothing is reached by this verb and path.</summary>
    public const string MethodNotFound = "METHOD_NOT_FOUND";

    /// <summary>PERMISSION_DENIED, over HTTP only: a web page from elsewhere sent a form, or asked a gateway without keys by a name that is not its machine's.</summary>
    public const string OriginRefused = "ORIGIN_REFUSED";

    /// <summary>UNAUTHENTICATED (HTTP: 401): the call brings no API key, and one is needed.</summary>
    public const string KeyMissing = "KEY_MISSING";

    /// <summary>UNAUTHENTICATED (HTTP: 401): the API key or token is not known, was revoked, has expired, or was made for others.</summary>
    public const string KeyInvalid = "KEY_INVALID";

    /// <summary>PERMISSION_DENIED (HTTP: 403): the key's role, or its collections, do not go that far; the details name the <c>role</c> and <c>collection</c> needed.</summary>
    public const string RoleInsufficient = "ROLE_INSUFFICIENT";

    /// <summary>RESOURCE_EXHAUSTED (HTTP: 429) with RetryInfo: the caller's key, or its address, makes more requests than it may.</summary>
    public const string RateLimited = "RATE_LIMITED";

    /// <summary>RESOURCE_EXHAUSTED (HTTP: 429) with RetryInfo: the requests that the gateway is working on have as many bytes as it takes at a time.</summary>
    public const string GatewayBusy = "GATEWAY_BUSY";

    /// <summary>NOT_FOUND.</summary>
    public const string CollectionNotFound = "COLLECTION_NOT_FOUND";

    /// <summary>ALREADY_EXISTS.</summary>
    public const string CollectionExists = "COLLECTION_EXISTS";

    /// <summary>NOT_FOUND.</summary>
    public const string ImageNotFound = "IMAGE_NOT_FOUND";

    /// <summary>NOT_FOUND: no image of that id, or none was made of it when it was indexed.</summary>
    public const string ThumbnailNotFound = "THUMBNAIL_NOT_FOUND";

    /// <summary>FAILED_PRECONDITION: descriptors of two models (or of two sizes) meet.</summary>
    public const string ModelMismatch = "MODEL_MISMATCH";

    /// <summary>FAILED_PRECONDITION: the index's backend cannot keep vectors the way a collection asks for.</summary>
    public const string StorageUnsupported = "STORAGE_UNSUPPORTED";

    /// <summary>RESOURCE_EXHAUSTED with RetryInfo: the extractor's queue is full, or so long that the call's deadline would pass in it.</summary>
    public const string ExtractorQueueFull = "EXTRACTOR_QUEUE_FULL";

    /// <summary>UNAVAILABLE: a service this one depends on does not answer.</summary>
    public const string DependencyUnavailable = "DEPENDENCY_UNAVAILABLE";

    /// <summary>RESOURCE_EXHAUSTED: a store has no room for what is put; deleting, or a larger store, makes some.</summary>
    public const string StoreFull = "STORE_FULL";

    /// <summary>FAILED_PRECONDITION: a store refuses this system's user or password, or a right is missing; its operator can mend it.</summary>
    public const string StoreAccessDenied = "STORE_ACCESS_DENIED";

    /// <summary>RESOURCE_EXHAUSTED with RetryInfo: a store takes no more calls for now.</summary>
    public const string StoreBusy = "STORE_BUSY";

    /// <summary>FAILED_PRECONDITION: a store is too old for this system, or holds something else under a name of this system's.</summary>
    public const string StoreUnsuitable = "STORE_UNSUITABLE";

    /// <summary>DEADLINE_EXCEEDED.</summary>
    public const string DeadlineExceeded = "DEADLINE_EXCEEDED";

    /// <summary>CANCELLED: the caller went away.</summary>
    public const string Cancelled = "CANCELLED";

    /// <summary>DATA_LOSS: what is stored under an id cannot be read any more; putting it again mends it.</summary>
    public const string StoredDataCorrupt = "STORED_DATA_CORRUPT";

    /// <summary>INTERNAL: a fault of ours; the log has the details.</summary>
    public const string Internal = "INTERNAL";
}
