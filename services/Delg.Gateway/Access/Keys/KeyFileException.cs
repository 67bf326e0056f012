namespace Delg.Gateway.Access.Keys;

/// <summary>A key file cannot be read or written.</summary>
/// <param name="message">Which, and why.</param>
/// <param name="inner">What led to it.</param>
public sealed class KeyFileException(string message, Exception? inner = null) : Exception(message, inner);
