using Delg.Cli.Output;
using Delg.Contracts.Errors;
using Grpc.Core;

namespace Delg.Cli.CommandLine;

/// <summary>Turns what escaped a verb into one line for people, one object for scripts, and an exit code.</summary>
internal static class FailureReport
{
    private const string DebugVariable = "DELG_DEBUG";

    public static ExitCode Write(Exception failure, Terminal terminal, CancellationToken cancellation)
    {
        var exitCode = IsWrongUsage(failure) ? ExitCode.WrongUsage : ExitCode.Failed;
        var wasCancelled = cancellation.IsCancellationRequested && failure is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled };
        Write(terminal, wasCancelled ? "Cancelled." : Describe(failure));
        // A fault of ours: the stack trace is for whoever asks for it.
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(DebugVariable)))
            terminal.WriteProgressLine(failure.ToString());
        return exitCode;
    }

    /// <summary>One line on standard error; with <c>--json</c> also <c>{"error": …}</c> on standard output.</summary>
    public static void Write(Terminal terminal, string message)
    {
        terminal.WriteProgressLine($"delg: {message}");
        if (terminal.IsJson)
            terminal.WriteJson(new { Error = message });
    }

    /// <summary>An option's value was refused, here or by the server.</summary>
    private static bool IsWrongUsage(Exception failure) => failure switch
    {
        WrongUsageException => true,
        DelgException refused => refused.Reason == ErrorReason.FieldInvalid,
        RpcException remote => IsWrongUsage(remote.ToDelgException()),
        _ => false,
    };

    /// <summary>The failure in one line.</summary>
    internal static string Describe(Exception failure)
    {
        var message = failure switch
        {
            AggregateException { InnerExceptions: [var only] } => Describe(only),
            RpcException remote => Describe(remote.ToDelgException()),
            DelgException refused => $"{refused.Message} [{refused.Reason}]",
            UnauthorizedAccessException => $"Not allowed: {failure.Message}",
            _ => failure.Message,
        };
        return message.ReplaceLineEndings(" ").Trim();
    }
}
