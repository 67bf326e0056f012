using System.CommandLine;
using Delg.Cli.CommandLine;
using Delg.Cli.Connection;
using Delg.Cli.Extraction;
using Delg.Cli.Output;

namespace Delg.Cli.Serve;

/// <summary><c>delg serve</c>: the four services in this process until Ctrl+C.</summary>
internal sealed class ServeCommand : VerbCommand
{
    private readonly Option<DirectoryInfo?> _data = DataFolderOption.Create();

    private readonly Option<FileInfo?> _model = ModelOption.Create();

    private readonly Option<int?> _port = PortOption("--port", "Port of the gateway's gRPC endpoint on loopback", "5100");

    private readonly Option<int?> _httpPort = PortOption("--http-port", "Port of the gateway's HTTP endpoint on loopback", "8080");

    private readonly Option<bool> _freePorts = new("--free-ports") { Description = "Let every service that is not given a port take a free one on loopback." };

    public ServeCommand()
        : base(
            "serve",
            "Run the whole system with embedded stores in this process until Ctrl+C. Other commands with the same data folder find it by themselves. Every " +
            "setting of every service can be given as a variable, e.g. DELG_Gateway__Listen=http://0.0.0.0:5100.",
            "delg serve",
            "delg serve --data /srv/delg --port 6100 --http-port 6080 --free-ports")
    {
        Add(_data);
        Add(_model);
        Add(_port);
        Add(_httpPort);
        Add(_freePorts);
    }

    protected override async Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var dataFolder = DataFolderOption.Resolve(arguments.GetValue(_data));
        terminal.WriteProgressLine("Starting the system…");
        await using var system = await EmbeddedSystem.StartAsync(
            new EmbeddedSystemOptions(dataFolder)
            {
                Model = arguments.GetValue(_model),
                UsesFreePorts = arguments.GetValue(_freePorts),
                ExtractTimeoutSeconds = null,
                GatewayPort = arguments.GetValue(_port),
                GatewayHttpPort = arguments.GetValue(_httpPort),
            },
            cancellation);
        using var note = EndpointFile.Announce(dataFolder, system.Address);
        if (terminal.IsJson)
            terminal.WriteJson(new { system.Addresses, DataFolder = dataFolder });
        await system.WaitForStopAsync(terminal, cancellation);
        return ExitCode.Done;
    }

    private static Option<int?> PortOption(string name, string description, string defaultValue)
    {
        var option = new Option<int?>(name) { Description = $"{description}; 0: a free one. Default: as configured, else {defaultValue}.", HelpName = "PORT" };
        option.Within(0, ushort.MaxValue);
        return option;
    }
}
