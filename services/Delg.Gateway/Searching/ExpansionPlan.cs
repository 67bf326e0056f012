namespace Delg.Gateway.Searching;

/// <summary>How a query is expanded.</summary>
/// <param name="Count">Verified hits taken in at most.</param>
/// <param name="Alpha">Exponent of their weights.</param>
internal sealed record ExpansionPlan(int Count, float Alpha);
