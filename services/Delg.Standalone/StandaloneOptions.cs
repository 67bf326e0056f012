namespace Delg.Standalone;

/// <summary>How the four services are started in one process. What is null or empty is as each service's own configuration says.</summary>
public sealed record StandaloneOptions
{
    /// <summary>Folder of the embedded stores, made when it is not there. Null: configuration, else the platform's user data folder.</summary>
    public string? DataFolder { get; init; }

    /// <summary>True: every service listens on a free loopback port. False: on its configured or default one.</summary>
    public bool UseFreePorts { get; init; }

    /// <summary>Settings that go before all others, by their keys, e.g. <c>Extractor:Device</c>.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>The process's arguments; <c>--Section:Key value</c> sets an option.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>True: only warnings and errors are logged. Logs go to standard error either way.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>Longest wait for a service to become ready, seconds. The extractor loads its model in this time. Default 300.</summary>
    public double ReadyTimeoutSeconds { get; init; } = 300;
}
