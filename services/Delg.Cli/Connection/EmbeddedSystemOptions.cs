namespace Delg.Cli.Connection;

/// <summary>How the four services are started inside this process.</summary>
/// <param name="DataFolder">Folder of the embedded stores; made when it is not there.</param>
internal sealed record EmbeddedSystemOptions(string DataFolder)
{
    /// <summary>Weights file; null: as configured, else the shipped weights.</summary>
    public FileInfo? Model { get; init; }

    /// <summary>True: every service listens on a free loopback port. False: where it is configured to, else on its default port.</summary>
    public bool UsesFreePorts { get; init; } = true;

    /// <summary>Loopback port of the gateway's gRPC endpoint, 0 for a free one; null: as <see cref="UsesFreePorts"/> says.</summary>
    public int? GatewayPort { get; init; }

    /// <summary>Loopback port of the gateway's HTTP endpoint, 0 for a free one; null: as <see cref="UsesFreePorts"/> says.</summary>
    public int? GatewayHttpPort { get; init; }

    /// <summary>
    /// Longest wait for one extraction, seconds; null: as configured. The default is long: whoever starts a system for one command wants that
    /// command done, however slow or busy the machine.
    /// </summary>
    public int? ExtractTimeoutSeconds { get; init; } = 600;
}
