namespace Delg.Cli.Index;

/// <summary>A picture that could not be indexed.</summary>
/// <param name="ImageId">Its id.</param>
/// <param name="Reason">Stable, for scripts.</param>
/// <param name="Message">For people.</param>
internal sealed record IngestFailure(string ImageId, string Reason, string Message);
