using System.Text.Json.Serialization;

namespace Delg.Evaluation.Protocols;

/// <summary>One way of ranking on the whole collection.</summary>
/// <param name="Map">Mean over families of their mean average precision, 0 to 1: a large family counts no more than a small one.</param>
/// <param name="RecallAt1">Mean over families of their recall@1, 0 to 1.</param>
/// <param name="Families">Each family by name, in order.</param>
public sealed record MethodScores(double Map, [property: JsonPropertyName("recall_at_1")] double RecallAt1, IReadOnlyDictionary<string, FamilyScores> Families)
{
    /// <summary>Means of outcomes, first inside each family, then over families.</summary>
    /// <exception cref="ArgumentException">There are no outcomes.</exception>
    public static MethodScores Of(IReadOnlyCollection<QueryOutcome> outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        if (outcomes.Count == 0)
            throw new ArgumentException("There are no queries to take a mean of.", nameof(outcomes));
        var families = new SortedDictionary<string, FamilyScores>(StringComparer.Ordinal);
        foreach (var family in outcomes.GroupBy(outcome => outcome.Family, StringComparer.Ordinal))
        {
            families[family.Key] = new FamilyScores(
                family.Average(outcome => outcome.AveragePrecision),
                family.Average(outcome => outcome.BestIsRight ? 1.0 : 0.0),
                family.Count());
        }

        return new MethodScores(families.Values.Average(scores => scores.Map), families.Values.Average(scores => scores.RecallAt1), families);
    }
}
