namespace Delg.ServiceDefaults.Hosting;

/// <summary>
/// The service cannot start for a reason that its operator can mend: a wrong option, a folder in use. The message says what and where; it
/// is shown without a stack trace.
/// </summary>
/// <param name="message">Whole sentences; may have several lines.</param>
/// <param name="inner">What led to it.</param>
public sealed class ServiceStartException(string message, Exception? inner = null) : Exception(message, inner);
