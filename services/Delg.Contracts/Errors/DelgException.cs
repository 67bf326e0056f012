using Grpc.Core;

namespace Delg.Contracts.Errors;

/// <summary>
/// A failure the caller is meant to understand. Services throw it anywhere; one interceptor turns it into google.rpc.Status with
/// ErrorInfo (and BadRequest, RetryInfo where they apply). Everything else that escapes a service is INTERNAL and says nothing.
/// </summary>
public class DelgException : Exception
{
    /// <param name="code">gRPC status code.</param>
    /// <param name="reason">One of <see cref="ErrorReason"/> (or an image decoder's reason), UPPER_SNAKE.</param>
    /// <param name="message">One short sentence with the value and the limit; shown to the caller.</param>
    /// <param name="inner">What led to it; logged, never sent.</param>
    public DelgException(StatusCode code, string reason, string message, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Reason = reason;
    }

    public StatusCode Code { get; }

    public string Reason { get; }

    /// <summary>Fields at fault, if any.</summary>
    public IReadOnlyList<FieldViolation> Violations { get; init; } = [];

    /// <summary>The dynamic parts of the message by name, for programs.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();

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
}
