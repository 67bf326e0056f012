namespace Delg.Cli.Bench.Load;

/// <summary>What more searches by photo than the extractor can do came to.</summary>
internal sealed record LoadOverload
{
    /// <summary>Searches by photo a second that are done one after the other.</summary>
    public required double Capacity { get; init; }

    /// <summary>Searches a second that came.</summary>
    public required double Rate { get; init; }

    /// <summary>How long they came.</summary>
    public required double Seconds { get; init; }

    /// <summary>Deadline of each.</summary>
    public required double DeadlineSeconds { get; init; }

    public required int Sent { get; init; }

    public required int Answered { get; init; }

    /// <summary>RESOURCE_EXHAUSTED.</summary>
    public required int Rejected { get; init; }

    /// <summary>DEADLINE_EXCEEDED.</summary>
    public required int Late { get; init; }

    /// <summary>Other failures.</summary>
    public required int Failed { get; init; }

    /// <summary>How soon refusals came; null: there were none.</summary>
    public required double? RejectedP50Ms { get; init; }

    public required double? RejectedP99Ms { get; init; }

    /// <summary>Of the answered ones; null: none.</summary>
    public required double? AnsweredP50Ms { get; init; }

    /// <summary>Of searches by features that came meanwhile.</summary>
    public required double? FeaturesP50Ms { get; init; }

    /// <summary>From the end of the overload until searches by photo took as long as before it, three in a row; null: they did not.</summary>
    public required double? RecoverySeconds { get; init; }
}
