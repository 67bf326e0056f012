namespace Delg.Gateway.Access.Tokens;

/// <summary>A file of signing keys is of no use.</summary>
/// <param name="message">Which, and why.</param>
/// <param name="inner">What led to it.</param>
internal sealed class SigningKeysException(string message, Exception? inner = null) : Exception(message, inner);
