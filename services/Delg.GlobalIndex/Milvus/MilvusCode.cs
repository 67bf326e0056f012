namespace Delg.GlobalIndex.Milvus;

/// <summary>Milvus's error numbers that something here depends on.</summary>
internal static class MilvusCode
{
    public const int Success = 0;
    public const int ServiceNotReady = 1;
    public const int ServiceUnavailable = 2;
    public const int MemoryLimit = 3;
    public const int RequestLimit = 4;
    public const int DiskLimit = 7;
    public const int RateLimit = 8;
    public const int QuotaDenied = 9;
    public const int Unimplemented = 10;
    public const int ResourceInsufficient = 12;
    public const int CollectionNotFound = 100;
    public const int CollectionNotLoaded = 101;
    public const int CollectionNotFullyLoaded = 103;
    public const int CollectionRecovering = 106;
    public const int ChannelNotAvailable = 503;
    public const int IndexNotFound = 700;
    public const int DatabaseNotFound = 800;
    public const int InvalidParameter = 1100;
    public const int MissingParameter = 1101;
    public const int ParameterTooLarge = 1102;
    public const int NotAuthenticated = 1400;
    public const int NotPermitted = 1401;
    public const int Unexpected = 65535;

    /// <summary>The number of a status, success or failure; servers before 2.3 used another numbering.</summary>
    public static int Of(Wire.Status? status) => status switch
    {
        null or { Code: 0, ErrorCode: 0 } => Success,
        // Milvus 2.3 loses the number where a query was on its way to a collection that is dropped meanwhile.
        { Code: Unexpected } when status.Reason.Contains("channel not available", StringComparison.Ordinal) => ChannelNotAvailable,
        { Code: not 0 } => status.Code,
        { ErrorCode: 4 } => CollectionNotFound,
        { ErrorCode: 25 } => IndexNotFound,
        { ErrorCode: 5 } => InvalidParameter,
        { ErrorCode: 49 } => RateLimit,
        _ => Unexpected,
    };

    /// <summary>True when the same call may succeed soon, whatever the server's own mark says.</summary>
    public static bool IsPassing(int code) =>
        code is ServiceNotReady or ServiceUnavailable or RequestLimit or RateLimit or ResourceInsufficient or CollectionNotFullyLoaded
            or CollectionRecovering or ChannelNotAvailable;
}
