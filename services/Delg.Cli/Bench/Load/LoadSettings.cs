namespace Delg.Cli.Bench.Load;

/// <summary>What is in the collection, and what is asked of it.</summary>
internal sealed record LoadSettings
{
    /// <summary>Synthetic entries.</summary>
    public required int Entries { get; init; }

    /// <summary>Of these, entries near each query: more than the candidates of a search, so that all its candidates have as many features as photos have.</summary>
    public required int NearEntries { get; init; }

    /// <summary>Local features of an entry that is near no query, and so is never verified.</summary>
    public required int FarFeatures { get; init; }

    /// <summary>Photos asked for.</summary>
    public required int Queries { get; init; }

    /// <summary>Candidates of a search that are verified.</summary>
    public required int Candidates { get; init; }

    /// <summary>Deadline of each call, seconds.</summary>
    public required double DeadlineSeconds { get; init; }

    /// <summary>Longest wait, after an overload, for searches as fast as before it, seconds.</summary>
    public required double RecoverySeconds { get; init; }
}
