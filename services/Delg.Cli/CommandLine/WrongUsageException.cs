namespace Delg.Cli.CommandLine;

/// <summary>An argument is of the right kind but makes no sense here. Ends the process with <see cref="ExitCode.WrongUsage"/>.</summary>
/// <param name="message">One sentence that names the option, its value and what is taken.</param>
internal sealed class WrongUsageException(string message) : Exception(message);
