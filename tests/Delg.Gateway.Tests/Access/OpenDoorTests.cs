using System.Collections.Concurrent;
using Delg.Gateway.Access;
using Delg.Gateway.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Delg.Gateway.Tests.Access;

public class OpenDoorTests
{
    [Theory]
    [InlineData("http://127.0.0.1:0", false, false)]
    [InlineData("http://localhost:0", false, false)]
    [InlineData("http://[::1]:0", false, false)]
    [InlineData("http://0.0.0.0:0", false, true)]
    [InlineData("http://*:0", false, true)]
    [InlineData("http://*:0", true, false)]
    public async Task Gateway_OffLoopbackWithoutKeys_WarnsOnce(string listen, bool hasKeys, bool warns)
    {
        using var folder = new KeyFolder();
        folder.Add(Role.Read, "*");
        using var log = new WarningLog();

        await using (await GatewayHost.StartAsync(services => services.AddSingleton<ILoggerProvider>(log), [("HttpListen", listen), .. hasKeys ? folder.Settings : []]))
            Assert.Equal(warns ? 1 : 0, log.Warnings.Count(text => text.Contains("ANYONE", StringComparison.Ordinal) && text.Contains(listen, StringComparison.Ordinal)));
    }

    /// <summary>Keeps warnings.</summary>
    private sealed class WarningLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Warnings { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning)
                Warnings.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
