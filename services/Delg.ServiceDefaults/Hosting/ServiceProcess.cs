using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Delg.ServiceDefaults.Hosting;

/// <summary>
/// The life of a service that is a process of its own. A start that fails for a reason its operator can mend ends in a few readable lines on
/// standard error and an exit code, not in a stack trace.
/// </summary>
public static class ServiceProcess
{
    /// <summary>Exit code: stopped as told.</summary>
    public const int Stopped = 0;

    /// <summary>Exit code: could not start, or gave up.</summary>
    public const int Failed = 1;

    /// <summary>Exit code: an option is wrong.</summary>
    public const int WrongOptions = 2;

    /// <summary>Builds the service, runs it until it is told to stop, and answers the exit code.</summary>
    /// <param name="args">The command line: <c>--Section:Option=value</c>.</param>
    /// <param name="add">Registrations.</param>
    /// <param name="map">Endpoints.</param>
    public static Task<int> RunAsync(string[] args, Action<WebApplicationBuilder> add, Action<WebApplication> map) => RunAsync(args, add, map, Console.Error);

    /// <summary>Runs several services that are one process, with the same words and exit codes when they cannot start.</summary>
    /// <param name="run">Starts them and returns when they have stopped.</param>
    public static Task<int> RunAsync(Func<Task> run) => RunAsync(run, Console.Error);

    internal static async Task<int> RunAsync(string[] args, Action<WebApplicationBuilder> add, Action<WebApplication> map, TextWriter errors)
    {
        ArgumentNullException.ThrowIfNull(add);
        ArgumentNullException.ThrowIfNull(map);
        return await RunAsync(
            async () =>
            {
                var builder = WebApplication.CreateBuilder(args);
                var started = false;
                QuietUntil(builder.Logging, () => started);
                add(builder);
                await using var app = builder.Build();
                map(app);
                app.Lifetime.ApplicationStarted.Register(() => started = true);
                await app.RunAsync();
            },
            errors);
    }

    private static async Task<int> RunAsync(Func<Task> run, TextWriter errors)
    {
        ArgumentNullException.ThrowIfNull(run);
        try
        {
            await run();
            return Environment.ExitCode;
        }
        catch (OptionsValidationException failure)
        {
            await errors.WriteLineAsync("These options are wrong (each is also a variable: DELG_, with __ for a colon):");
            foreach (var text in failure.Failures)
                await errors.WriteLineAsync($"  {text}");
            return WrongOptions;
        }
        catch (Exception failure) when (IsForTheOperator(failure))
        {
            await errors.WriteLineAsync($"The service cannot start. {failure.Message}");
            return Failed;
        }
    }

    // The host and Kestrel log a failing start with its stack trace before they throw it; what is thrown is shown above.
    private static void QuietUntil(ILoggingBuilder logging, Func<bool> started)
    {
        foreach (var category in (ReadOnlySpan<string>)["Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.AspNetCore.Server.Kestrel"])
            logging.AddFilter(category, level => level >= LogLevel.Information && (started() || level < LogLevel.Error));
    }

    private static bool IsForTheOperator(Exception failure) =>
        failure is ServiceStartException || (failure is IOException && failure.InnerException is AddressInUseException);
}
