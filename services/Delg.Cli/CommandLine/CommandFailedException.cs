namespace Delg.Cli.CommandLine;

/// <summary>A verb could not do what was asked. Ends the process with <see cref="ExitCode.Failed"/>.</summary>
/// <param name="message">One sentence for the person at the terminal.</param>
internal sealed class CommandFailedException(string message) : Exception(message);
