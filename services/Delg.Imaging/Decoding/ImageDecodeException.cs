namespace Delg.Imaging.Decoding;

/// <summary>A picture cannot be taken. The message names the limit and the value, and may be shown to the sender.</summary>
public sealed class ImageDecodeException : Exception
{
    public ImageDecodeException(string reason, string message, Exception? inner = null)
        : base(message, inner) => Reason = reason;

    /// <summary>One of <see cref="ImageDecodeReason"/>: stable, for programs.</summary>
    public string Reason { get; }
}
