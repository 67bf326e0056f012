using Delg.Deployment.Tests.Repository;
using Delg.Deployment.Tests.Services;
using YamlDotNet.RepresentationModel;

namespace Delg.Deployment.Tests.Tye;

/// <summary>Holds tye.yaml against the projects.</summary>
public sealed class TyeFileTests
{
    private static readonly YamlMappingNode _file = YamlTree.Parse(Clone.Read("tye.yaml"));

    public static TheoryData<string> Components => DeployedService.Components;

    [Fact]
    public void TyeFile_Projects_AreTheServicesAndExist()
    {
        var named = _file.Items("services").Where(service => service.Has("project")).Select(service => service.Text("project")).Order();
        // What composes service defaults in its own Program is a service; the standalone system and the command line do not.
        var programs = Directory.EnumerateFiles(Clone.PathOf("services"), "Program.cs", SearchOption.AllDirectories)
            .Where(program => File.ReadAllText(program).Contains("AddServiceDefaults", StringComparison.Ordinal))
            .Select(program => Path.GetFileName(Path.GetDirectoryName(program)!))
            .Select(project => $"services/{project}/{project}.csproj").Order();

        Assert.Equal(programs, named);
        Assert.All(named, project => Assert.True(File.Exists(Clone.PathOf(project)), project));
    }

    [Fact]
    public void TyeFile_Services_AreTheFourAndRedis() =>
        Assert.Equal(DeployedService.All.Select(service => service.Component).Append("redis").Order(), _file.Items("services").Select(service => service.Text("name")).Order());

    [Theory]
    [MemberData(nameof(Components))]
    public void TyeFile_Ports_AreTheCodesDefaults(string component)
    {
        var service = DeployedService.Named(component);

        Assert.Equal(service.Ports, Entry(component).Items("bindings").Select(binding => int.Parse(binding.Text("port"))));
    }

    [Theory]
    [MemberData(nameof(Components))]
    public void TyeFile_Variables_AreReadByTheService(string component) =>
        Assert.Empty(DeployedService.Named(component).Unread(Variables(component)));

    [Fact]
    public void TyeFile_GatewaysAddresses_AreWhereTheServicesListen()
    {
        var gateway = Variables("gateway");

        Assert.All(DeployedService.All.Where(service => service.Component != "gateway"),
            service => Assert.Equal(Variables(service.Component)[$"DELG_{service.Section}__Listen"], gateway[$"DELG_Gateway__{service.Section}"]));
    }

    private static YamlNode Entry(string component) => _file.Items("services").Single(service => service.Text("name") == component);

    private static Dictionary<string, string> Variables(string component) =>
        Entry(component).Items("env").ToDictionary(variable => variable.Text("name"), variable => variable.Text("value"));
}
