namespace Delg.ServiceDefaults.Tls;

/// <summary>A file of certificates or of a private key is of no use.</summary>
/// <param name="message">Which, and why.</param>
/// <param name="inner">What led to it.</param>
public sealed class CertificateFileException(string message, Exception? inner = null) : Exception(message, inner);
