using System.Text.Json.Serialization;

namespace Delg.Evaluation.Protocols;

/// <summary>One method on one family.</summary>
/// <param name="Map">Mean average precision of the family's queries, 0 to 1.</param>
/// <param name="RecallAt1">Share of the family's queries whose first answer is right, 0 to 1.</param>
/// <param name="Queries">Queries of the family.</param>
public sealed record FamilyScores(double Map, [property: JsonPropertyName("recall_at_1")] double RecallAt1, int Queries);
