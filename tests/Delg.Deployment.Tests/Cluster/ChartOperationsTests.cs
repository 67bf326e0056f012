using System.Text.Json;
using Delg.Deployment.Tests.Chart;
using Delg.Deployment.Tests.Repository;
using Delg.Deployment.Tests.Services;
using YamlDotNet.RepresentationModel;

namespace Delg.Deployment.Tests.Cluster;

/// <summary>What the chart makes for operators on request: who may call and reach what, encryption, scaling, metrics, the dashboard.</summary>
[Collection(typeof(SharedControlPlane))]
public sealed class ChartOperationsTests(ControlPlane cluster) : IDisposable
{
    internal const string Everything =
        "networkPolicy.enabled=true,networkPolicy.clients[0].namespaceSelector.matchLabels.web=yes,networkPolicy.monitoring[0].namespaceSelector.matchLabels.name=monitoring,"
        + "telemetry.serviceMonitor.enabled=true,telemetry.serviceMonitor.labels.release=prometheus,telemetry.dashboard.enabled=true,telemetry.jsonLogs=true,"
        + "extractor.autoscaling.enabled=true,extractor.autoscaling.prometheusAddress=http://prometheus:9090,"
        + "extractor.podDisruptionBudget.enabled=true,globalIndex.podDisruptionBudget.enabled=true,localVerifier.podDisruptionBudget.enabled=true,gateway.podDisruptionBudget.enabled=true,"
        + "gateway.auth.keySecret.name=keys,gateway.auth.jwt.signingKeySecret.name=signers,gateway.auth.jwt.issuer=https://id.example,gateway.auth.jwt.audience=delg";

    internal const string Tls =
        "tls.enabled=true,tls.secrets.extractor=tls-a,tls.secrets.globalIndex=tls-b,tls.secrets.localVerifier=tls-c,tls.secrets.gateway=tls-d,tls.gatewayPorts=true";

    private readonly VariableFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Chart_ByDefault_MakesNoneOfIt()
    {
        var kinds = (await RenderAsync("")).Select(document => document.Text("kind")).ToHashSet();

        Assert.Empty(kinds.Intersect(["NetworkPolicy", "ServiceMonitor", "ScaledObject", "PodDisruptionBudget", "ConfigMap"]));
    }

    [Fact]
    public async Task Policies_LetTheGatewayToTheServices_AndCallersToTheGateway()
    {
        var policies = (await RenderAsync(Everything)).Where(document => document.Text("kind") == "NetworkPolicy").ToList();

        Assert.Equal(DeployedService.All.Select(service => service.Component).Order(), policies.Select(policy => Component(policy.At("spec", "podSelector"))).Order());
        foreach (var policy in policies)
        {
            var rules = policy.At("spec").Items("ingress").ToList();
            var from = rules[0].Items("from").Single();
            if (Component(policy.At("spec", "podSelector")) == "gateway")
                Assert.Equal("yes", from.Text("namespaceSelector", "matchLabels", "web"));
            else
                Assert.Equal("gateway", Component(from.At("podSelector")));
            Assert.Equal("metrics", rules[1].Items("ports").Single().Text("port"));
            Assert.Equal("monitoring", rules[1].Items("from").Single().Text("namespaceSelector", "matchLabels", "name"));
        }
    }

    [Fact]
    public async Task Monitor_FindsTheMetricsPortOfAllPods()
    {
        var documents = await RenderAsync(Everything);

        var monitor = documents.Single(document => document.Text("kind") == "ServiceMonitor");
        var labels = ((YamlMappingNode)monitor.At("spec", "selector", "matchLabels")).Children;
        var service = documents.Single(document => document.Text("kind") == "Service" && labels.All(label => ((YamlMappingNode)document.At("metadata", "labels")).Children.Contains(label)));
        var pods = ((YamlMappingNode)service.At("spec", "selector")).Children;
        var deployments = documents.Where(document => document.Text("kind") == "Deployment").ToList();
        Assert.Equal("prometheus", monitor.Text("metadata", "labels", "release"));
        Assert.Equal(service.At("spec").Items("ports").Single().Text("name"), monitor.At("spec").Items("endpoints").Single().Text("port"));
        Assert.Equal(4, deployments.Count);
        Assert.All(deployments, deployment =>
        {
            Assert.All(pods, label => Assert.Contains(label, ((YamlMappingNode)deployment.At("spec", "template", "metadata", "labels")).Children));
            var port = Container(deployment).Items("ports").Single(item => item.Text("name") == "metrics").Text("containerPort");
            Assert.Contains(Variables(deployment), variable => variable.Key.EndsWith("__MetricsListen", StringComparison.Ordinal) && variable.Value == $"http://*:{port}");
        });
        // What clients use does not show it.
        Assert.DoesNotContain(documents, document => document.Text("kind") == "Service" && document != service && document.At("spec").Items("ports").Any(port => port.Text("name") == "metrics"));
    }

    [Fact]
    public async Task Scaling_IsOfTheExtractorByItsQueue()
    {
        var documents = await RenderAsync(Everything);

        var scaled = documents.Single(document => document.Text("kind") == "ScaledObject");
        var extractor = documents.Single(document => document.Text("kind") == "Deployment" && document.Text("metadata", "name") == "checked-delg-micro-extractor");
        Assert.Equal(extractor.Text("metadata", "name"), scaled.Text("spec", "scaleTargetRef", "name"));
        // Else each upgrade would undo the scaling.
        Assert.False(extractor.At("spec").Has("replicas"));
        var trigger = scaled.At("spec").Items("triggers").Single().At("metadata");
        Assert.Equal("http://prometheus:9090", trigger.Text("serverAddress"));
        Assert.Equal("""sum(extractor_pending{namespace="default",pod=~"checked-delg-micro-extractor-.*"})""", trigger.Text("query"));
    }

    [Fact]
    public async Task Dashboard_IsTheFileOfTheChart()
    {
        var dashboard = (await RenderAsync(Everything)).Single(document => document.Text("kind") == "ConfigMap");

        var json = dashboard.Text("data", "delg-micro.json");
        Assert.Equal(Clone.Read("charts", "delg-micro", "dashboards", "delg.json"), json);
        Assert.Equal("1", dashboard.Text("metadata", "labels", "grafana_dashboard"));
        var panels = JsonDocument.Parse(json).RootElement.GetProperty("panels").EnumerateArray().ToList();
        Assert.Distinct(panels.Select(panel => panel.GetProperty("id").GetInt32()));
        Assert.All(panels, panel => Assert.NotEqual(0, panel.GetProperty("targets").GetArrayLength()));
    }

    [Fact]
    public async Task Keys_ComeFromSecretsThatAreMountedWhole()
    {
        var gateway = (await RenderAsync(Everything)).Single(document => document.Text("kind") == "Deployment" && document.Text("metadata", "name") == "checked-delg-micro-gateway");

        var variables = Variables(gateway);
        Assert.Equal("/etc/delg/api-keys/keys.json", variables["DELG_Gateway__KeyFile"]);
        Assert.Equal("/etc/delg/signing-keys/keys.pem", variables["DELG_Gateway__Jwt__SigningKeyFile"]);
        AssertMounted(gateway, "/etc/delg/api-keys", "keys");
        AssertMounted(gateway, "/etc/delg/signing-keys", "signers");
        AssertRead("gateway", variables);
    }

    [Theory]
    [InlineData("extractor", "tls-a")]
    [InlineData("global-index", "tls-b")]
    [InlineData("local-verifier", "tls-c")]
    [InlineData("gateway", "tls-d")]
    public async Task Tls_IsSpokenWithTheServicesOwnSecret_AndProbesGoAround(string component, string secret)
    {
        var service = DeployedService.Named(component);
        var deployment = (await RenderAsync(Tls)).Single(document => document.Text("kind") == "Deployment" && document.Text("metadata", "name") == $"checked-delg-micro-{component}");

        var variables = Variables(deployment);
        Assert.Equal($"https://*:{service.Port}", variables[$"DELG_{service.Section}__Listen"]);
        Assert.Equal(component != "gateway", variables.ContainsKey($"DELG_{service.Section}__Tls__ClientAuthorityFile"));
        Assert.Equal(component == "gateway", variables.ContainsKey("DELG_Gateway__BackendTls__CertificateFile"));
        AssertMounted(deployment, "/etc/delg/tls", secret);
        AssertRead(component, variables);
        var container = Container(deployment);
        Assert.All(
            [("startupProbe", "/livez"), ("livenessProbe", "/livez"), ("readinessProbe", "/readyz")],
            probe => Assert.Equal(("metrics", probe.Item2), (container.Text(probe.Item1, "httpGet", "port"), container.Text(probe.Item1, "httpGet", "path"))));
    }

    private async Task<IReadOnlyList<YamlMappingNode>> RenderAsync(string values) =>
        YamlTree.ParseAll((await cluster.HelmAsync("template", "checked", ChartFiles.Folder, "--set", values)).Checked());

    private void AssertRead(string component, Dictionary<string, string> variables) =>
        Assert.Empty(DeployedService.Named(component).Unread(variables.ToDictionary(variable => variable.Key, variable => _files.For(variable.Key) ?? variable.Value)));

    private static void AssertMounted(YamlNode deployment, string path, string secret)
    {
        var mount = Container(deployment).Items("volumeMounts").Single(item => item.Text("mountPath") == path);
        Assert.False(mount.Has("subPath"));
        Assert.Equal(secret, deployment.At("spec", "template", "spec").Items("volumes").Single(volume => volume.Text("name") == mount.Text("name")).Text("secret", "secretName"));
    }

    private static YamlNode Container(YamlNode deployment) => deployment.At("spec", "template", "spec").Items("containers").Single();

    private static Dictionary<string, string> Variables(YamlNode deployment) =>
        Container(deployment).Items("env").Where(variable => variable.Text("name").StartsWith("DELG_", StringComparison.Ordinal)).ToDictionary(variable => variable.Text("name"), variable => variable.Text("value"));

    private static string Component(YamlNode selector) => selector.Text("matchLabels", "app.kubernetes.io/component");
}
