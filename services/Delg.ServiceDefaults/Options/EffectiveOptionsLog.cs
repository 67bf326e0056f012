using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Delg.ServiceDefaults.Options;

/// <summary>Logs at start what each option is after defaults, files, variables and arguments; secrets are masked.</summary>
internal sealed partial class EffectiveOptionsLog(IEnumerable<IOptionsSection> sections, ILogger<EffectiveOptionsLog> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var section in sections)
            LogOptions(section.Section, string.Join("; ", section.Values().Select(pair => $"{pair.Key}={pair.Value}")));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "Options of {Section}: {Options}")]
    private partial void LogOptions(string section, string options);
}
