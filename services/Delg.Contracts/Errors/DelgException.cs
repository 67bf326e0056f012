using Grpc.Core;

namespace Delg.Contracts.Errors;

/// <summary>
/// A failure the caller is meant to understand. Services throw it anywhere; one interceptor turns it into google.rpc.Status with
/// ErrorInfo (and BadRequest, RetryInfo where they apply). Everything else that escapes a service is INTERNAL and says nothing.
/// </summary>
/// <remarks>
/// However much of a request it repeats, its trailers stay below 8 KiB, the least that clients take: texts are cut, and violations that do not fit are left
/// out. At worst the message takes 3 bytes for 1 in grpc-message (percent-encoded) and, with all else, 4 for 3 in grpc-status-details-bin (base64).
/// </remarks>
public class DelgException : Exception
{
    /// <summary>Longest message, bytes of UTF-8.</summary>
    public const int MaxMessageBytes = 768;

    /// <summary>Most violations: who mends sixteen fields and asks again has learnt what is wrong.</summary>
    public const int MaxViolations = 16;

    /// <summary>Longest value of a detail, bytes of UTF-8: the longest image id arrives whole.</summary>
    public const int MaxDetailBytes = 512;

    /// <summary>All violations' texts, bytes of UTF-8.</summary>
    private const int MaxViolationBytes = 2048;

    /// <param name="code">gRPC status code.</param>
    /// <param name="reason">One of <see cref="ErrorReason"/> (or an image decoder's reason), UPPER_SNAKE.</param>
    /// <param name="message">One short sentence with the value and the limit; shown to the caller, at most <see cref="MaxMessageBytes"/>.</param>
    /// <param name="inner">What led to it; logged, never sent.</param>
    public DelgException(StatusCode code, string reason, string message, Exception? inner = null)
        : base(ErrorText.Shortened(message, MaxMessageBytes), inner)
    {
        Code = code;
        Reason = reason;
    }

    public StatusCode Code { get; }

    public string Reason { get; }

    /// <summary>Fields at fault, if any; the first ones where there are more than <see cref="MaxViolations"/> or than fit.</summary>
    public IReadOnlyList<FieldViolation> Violations { get; init => field = [.. Fitting(value)]; } = [];

    /// <summary>The dynamic parts of the message by name, for programs; each at most <see cref="MaxDetailBytes"/>.</summary>
    public IReadOnlyDictionary<string, string> Details
    {
        get;
        init => field = value.ToDictionary(detail => detail.Key, detail => ErrorText.Shortened(detail.Value, MaxDetailBytes));
    } = new Dictionary<string, string>();

    /// <summary>How long to wait before trying again; null when trying again is no use.</summary>
    public TimeSpan? RetryDelay { get; init; }

    public static DelgException CollectionNotFound(string collection) =>
        new(StatusCode.NotFound, ErrorReason.CollectionNotFound, $"There is no collection '{collection}'.")
        {
            Details = new Dictionary<string, string> { ["collection"] = collection },
        };

    public static DelgException CollectionExists(string collection) =>
        new(StatusCode.AlreadyExists, ErrorReason.CollectionExists, $"There is a collection '{collection}' already.")
        {
            Details = new Dictionary<string, string> { ["collection"] = collection },
        };

    public static DelgException ImageNotFound(string collection, string imageId) =>
        new(StatusCode.NotFound, ErrorReason.ImageNotFound, $"Collection '{collection}' has no image '{imageId}'.")
        {
            Details = new Dictionary<string, string> { ["collection"] = collection, ["image_id"] = imageId },
        };

    /// <param name="expected">Model the collection or query has.</param>
    /// <param name="actual">Model that was sent.</param>
    public static DelgException ModelMismatch(string expected, string actual) =>
        new(StatusCode.FailedPrecondition, ErrorReason.ModelMismatch, $"Descriptors of model '{actual}' cannot be compared with those of '{expected}'.")
        {
            Details = new Dictionary<string, string> { ["expected_model_id"] = expected, ["actual_model_id"] = actual },
        };

    private static IEnumerable<FieldViolation> Fitting(IReadOnlyList<FieldViolation> violations)
    {
        var left = MaxViolationBytes;
        return violations.Take(MaxViolations).TakeWhile(violation => (left -= violation.TextBytes) >= 0);
    }
}
