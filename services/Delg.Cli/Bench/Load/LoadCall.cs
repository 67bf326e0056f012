namespace Delg.Cli.Bench.Load;

/// <summary>What became of one call.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Milliseconds">From the time it was due to its end.</param>
/// <param name="Stages">Of an answered one: where its time went.</param>
/// <param name="GatewayMs">Of an answered search: the time from sending it to its answer that was spent in none of its stages; else 0.</param>
/// <param name="IsRight">The best hit is the photo asked for.</param>
internal readonly record struct LoadCall(LoadOutcome Outcome, double Milliseconds, LoadStages? Stages = null, double GatewayMs = 0, bool IsRight = false);

/// <summary>How a call ended.</summary>
internal enum LoadOutcome
{
    Answered,

    /// <summary>RESOURCE_EXHAUSTED.</summary>
    Rejected,

    /// <summary>DEADLINE_EXCEEDED.</summary>
    Late,

    /// <summary>Any other failure.</summary>
    Failed,
}
