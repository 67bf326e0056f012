namespace Delg.Contracts.Errors;

/// <summary>One field at fault.</summary>
/// <param name="Field">Path in the request as in the proto, e.g. <c>query.descriptors</c>.</param>
/// <param name="Description">What is wrong, with the value and the limit.</param>
public sealed record FieldViolation(string Field, string Description);
