namespace Delg.Evaluation.Protocols;

/// <summary>How one query went.</summary>
/// <param name="Family">Family of the image asked.</param>
/// <param name="AveragePrecision">0 to 1.</param>
/// <param name="BestIsRight">Whether the first answer is a positive.</param>
public sealed record QueryOutcome(string Family, double AveragePrecision, bool BestIsRight);
