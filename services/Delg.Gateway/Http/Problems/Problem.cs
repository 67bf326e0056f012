using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Delg.Contracts.Errors;
using Microsoft.AspNetCore.WebUtilities;

namespace Delg.Gateway.Http.Problems;

/// <summary>A failure as HTTP callers see it: problem details (RFC 9457) with what gRPC callers find in google.rpc.Status.</summary>
/// <param name="Type">No page describes the kinds of problem: <paramref name="Reason"/> names them.</param>
/// <param name="Status">HTTP's status.</param>
/// <param name="Title">HTTP's words for it.</param>
/// <param name="Detail">The failure in words; may change.</param>
/// <param name="Code">Name of the google.rpc.Code.</param>
/// <param name="Reason">One of <see cref="ErrorReason"/>; does not change.</param>
/// <param name="Violations">Fields at fault; null: none.</param>
/// <param name="Details">The dynamic parts of the detail by name; null: none.</param>
/// <param name="RetryAfterSeconds">How long to wait before trying again; null: trying again is no use.</param>
internal sealed record Problem(
    string Type,
    int Status,
    string Title,
    string Detail,
    string Code,
    string Reason,
    IReadOnlyList<FieldViolation>? Violations,
    IReadOnlyDictionary<string, string>? Details,
    double? RetryAfterSeconds)
{
    public const string ContentType = "application/problem+json";

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static Problem Of(DelgException failure)
    {
        var status = HttpStatus.Of(failure);
        return new Problem(
            "about:blank",
            status,
            ReasonPhrases.GetReasonPhrase(status),
            failure.Message,
            JsonNamingPolicy.SnakeCaseUpper.ConvertName(failure.Code.ToString()),
            failure.Reason,
            failure.Violations.Count == 0 ? null : failure.Violations,
            failure.Details.Count == 0 ? null : failure.Details,
            failure.RetryDelay?.TotalSeconds);
    }

    /// <summary>Makes it the answer. Nothing may have been sent yet.</summary>
    public static async Task WriteAsync(HttpResponse response, DelgException failure)
    {
        var problem = Of(failure);
        response.StatusCode = problem.Status;
        response.ContentLength = null;
        if (problem.Status == StatusCodes.Status401Unauthorized)
            response.Headers.WWWAuthenticate = failure.Reason == ErrorReason.KeyInvalid ? "Bearer error=\"invalid_token\"" : "Bearer";
        // The header counts whole seconds.
        if (problem.RetryAfterSeconds is { } seconds)
            response.Headers.RetryAfter = Math.Ceiling(seconds).ToString(CultureInfo.InvariantCulture);
        await response.WriteAsJsonAsync(problem, _json, ContentType, response.HttpContext.RequestAborted);
    }
}
