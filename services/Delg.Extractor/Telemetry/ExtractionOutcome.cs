namespace Delg.Extractor.Telemetry;

/// <summary>What became of an image that reached the head of the queue.</summary>
internal enum ExtractionOutcome
{
    Done,

    /// <summary>Nobody waited for it any more.</summary>
    Dropped,

    Failed,
}
