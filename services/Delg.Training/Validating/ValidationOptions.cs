namespace Delg.Training.Validating;

/// <summary>Photos held back from training, to see how it goes and when to stop.</summary>
public sealed record ValidationOptions
{
    /// <summary>
    /// Share of each class's photos that is held back, 0 (none) to 0.5; published 0.2. A class keeps at least one photo to train on, so that
    /// classes of one photo are never measured.
    /// </summary>
    public double Share { get; init; }

    /// <summary>Steps between measurements; published 1000.</summary>
    public int EverySteps { get; init; } = 200;

    /// <summary>Photos measured at most; more are held back all the same.</summary>
    public int MaxPhotos { get; init; } = 1000;

    /// <summary>
    /// If above 0, training ends after this many measurements without a better one, and the weights of the best are kept. Better means a
    /// higher mAP, or a lower global loss where no class has two photos held back.
    /// </summary>
    public int Patience { get; init; }

    /// <summary>Every value that is out of its range, as a sentence each.</summary>
    public IEnumerable<string> FindMistakes()
    {
        if (!(Share is >= 0 and <= 0.5)) yield return $"Share must be 0 to 0.5, not {Share}.";
        if (EverySteps is < 1 or > 1_000_000) yield return $"EverySteps must be 1 to 1000000, not {EverySteps}.";
        if (MaxPhotos is < 2 or > 20_000) yield return $"MaxPhotos must be 2 to 20000, not {MaxPhotos}.";
        if (Patience is < 0 or > 10_000) yield return $"Patience must be 0 to 10000, not {Patience}.";
        if (Patience > 0 && Share == 0) yield return "Patience needs photos to measure: Share must be above 0.";
    }
}
