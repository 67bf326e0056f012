using Delg.Deployment.Tests.Repository;
using Delg.Extractor;
using Delg.Gateway;
using Delg.GlobalIndex;
using Delg.LocalVerifier;
using Delg.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Builder;

namespace Delg.Deployment.Tests.Services;

/// <summary>One of the four services, as its code states it.</summary>
/// <param name="Project">Name of its project.</param>
/// <param name="Component">Its name in tye.yaml and in the chart's object names.</param>
/// <param name="ValuesKey">Its key in values.yaml.</param>
/// <param name="Section">Its configuration section.</param>
/// <param name="Port">Its gRPC port.</param>
/// <param name="HttpPort">Its HTTP port, if it has one.</param>
/// <param name="Register">Registers it, as its Program does.</param>
internal sealed record DeployedService(
    string Project, string Component, string ValuesKey, string Section, int Port, int? HttpPort, Func<WebApplicationBuilder, WebApplicationBuilder> Register)
{
    /// <summary>Variable of the folder that embedded stores live in.</summary>
    public const string DataFolderVariable = $"DELG_{DataFolder.Key}";

    public static IReadOnlyList<DeployedService> All { get; } =
    [
        new("Delg.Extractor", "extractor", "extractor", ExtractorHosting.Section, ExtractorHosting.DefaultPort, null, ExtractorHosting.AddExtractor),
        new("Delg.GlobalIndex", "global-index", "globalIndex", GlobalIndexHosting.Section, GlobalIndexHosting.DefaultPort, null, GlobalIndexHosting.AddGlobalIndex),
        new("Delg.LocalVerifier", "local-verifier", "localVerifier", LocalVerifierHosting.Section, LocalVerifierHosting.DefaultPort, null, LocalVerifierHosting.AddLocalVerifier),
        new("Delg.Gateway", "gateway", "gateway", GatewayHosting.Section, GatewayHosting.DefaultPort, GatewayHosting.DefaultHttpPort, GatewayHosting.AddGateway),
    ];

    /// <summary>The components' names, as theory data.</summary>
    public static TheoryData<string> Components => [.. All.Select(service => service.Component)];

    /// <summary>Path of the project, from the root of the clone.</summary>
    public string ProjectPath => $"services/{Project}/{Project}.csproj";

    /// <summary>Its ports, gRPC first.</summary>
    public IEnumerable<int> Ports => HttpPort is { } http ? [Port, http] : [Port];

    public static DeployedService Named(string component) => All.Single(service => service.Component == component);

    /// <summary>The service's builder with everything registered but nothing started.</summary>
    public WebApplicationBuilder Build(WebApplicationBuilder builder) =>
        Register(builder.AddServiceDefaults(Section, Port, HttpPort));

    /// <summary>Those of the variables that the service does not read.</summary>
    /// <param name="variables">Environment variables as a container gets them, beginning with DELG_.</param>
    /// <remarks>The data folder is read when a service starts, not when it is put together: it is known by its name.</remarks>
    public IReadOnlyList<string> Unread(IReadOnlyDictionary<string, string> variables) =>
        [.. new ConfigurationReads(this, variables).Unread().Except([DataFolderVariable])];

    public override string ToString() => Component;

    /// <summary>The project file's text.</summary>
    public string ReadProject() => Clone.Read(ProjectPath);
}
