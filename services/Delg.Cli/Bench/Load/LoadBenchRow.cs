namespace Delg.Cli.Bench.Load;

/// <summary>One kind of call at one rate.</summary>
internal sealed record LoadBenchRow
{
    /// <summary><c>features</c>: searches by features. <c>services</c>: the same asked of index and verifier, without the gateway. <c>image</c>: searches by photo.</summary>
    public required string Query { get; init; }

    /// <summary>Entries in the collection.</summary>
    public required int Entries { get; init; }

    /// <summary>Calls a second.</summary>
    public required double Rate { get; init; }

    /// <summary>Calls made.</summary>
    public required int Sent { get; init; }

    public required int Answered { get; init; }

    /// <summary>Answers whose best hit is the photo asked for.</summary>
    public required int Right { get; init; }

    /// <summary>RESOURCE_EXHAUSTED.</summary>
    public required int Rejected { get; init; }

    /// <summary>DEADLINE_EXCEEDED.</summary>
    public required int Late { get; init; }

    /// <summary>Other failures.</summary>
    public required int Failed { get; init; }

    /// <summary>Of the answered calls, from the time they were due; null: none was answered.</summary>
    public required double? P50Ms { get; init; }

    public required double? P99Ms { get; init; }

    /// <summary>Medians of the stages; null: none was answered.</summary>
    public required LoadStages? Stages { get; init; }

    /// <summary>Median of the time from sending a search to its answer that is in none of its stages: the gateway and the way to it. Null: there was no gateway.</summary>
    public required double? GatewayMs { get; init; }

    public static LoadBenchRow Of(string query, int entries, double rate, IReadOnlyList<LoadCall> calls)
    {
        var answered = calls.Where(call => call.Outcome == LoadOutcome.Answered).ToList();
        return new LoadBenchRow
        {
            Query = query,
            Entries = entries,
            Rate = rate,
            Sent = calls.Count,
            Answered = answered.Count,
            Right = answered.Count(call => call.IsRight),
            Rejected = calls.Count(call => call.Outcome == LoadOutcome.Rejected),
            Late = calls.Count(call => call.Outcome == LoadOutcome.Late),
            Failed = calls.Count(call => call.Outcome == LoadOutcome.Failed),
            P50Ms = Quantiles.Of(answered.Select(call => call.Milliseconds), 0.5),
            P99Ms = Quantiles.Of(answered.Select(call => call.Milliseconds), 0.99),
            Stages = LoadStages.Median([.. answered.Select(call => call.Stages!)]),
            GatewayMs = query == LoadPhases.Services ? null : Quantiles.Of(answered.Select(call => call.GatewayMs), 0.5),
        };
    }
}
