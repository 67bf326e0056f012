using System.Text.Json.Nodes;
using Delg.Deployment.Tests.Chart;
using Delg.Deployment.Tests.Repository;
using Delg.Deployment.Tests.Services;
using Delg.ServiceDefaults.Hosting;

namespace Delg.Deployment.Tests.Cluster;

/// <summary>The chart in a real control plane.</summary>
[Collection(typeof(SharedControlPlane))]
public sealed class ChartInstallTests(ControlPlane cluster)
{
    private const string Everything = "deployments,services,persistentvolumeclaims,serviceaccounts,poddisruptionbudgets,replicasets,pods";

    public static TheoryData<string> Variants =>
    [
        "",
        "extractor.gpu.enabled=true,extractor.gpu.runtimeClassName=nvidia,extractor.replicas=3,extractor.modelFile=/models/mine.safetensors",
        "globalIndex.persistence.enabled=false,localVerifier.persistence.existingClaim=mine,globalIndex.persistence.keep=true",
        "extractor.podDisruptionBudget.enabled=true,gateway.podDisruptionBudget.enabled=true,gateway.podDisruptionBudget.maxUnavailable=50%",
        "serviceAccount.create=false,image.registry=registry.example.com/delg,image.tag=v1,imagePullSecrets[0].name=pull,commonLabels.team=search",
        "localVerifier.store=Redis,localVerifier.redis.connection=redis:6379,localVerifier.redis.user=delg,localVerifier.redis.passwordSecret.name=redis,localVerifier.replicas=3",
        "globalIndex.backend=Milvus,globalIndex.milvus.address=http://milvus:19530,globalIndex.milvus.user=root,globalIndex.milvus.passwordSecret.name=milvus,globalIndex.replicas=2",
        "telemetry.otlpEndpoint=http://otel:4317,gateway.service.type=LoadBalancer,gateway.options.MaxTopK=500,gateway.extraEnv[0].name=A,gateway.extraEnv[0].value=b",
        ChartOperationsTests.Everything,
        ChartOperationsTests.Tls,
    ];

    [Fact]
    public async Task Chart_Lint_FindsNothing()
    {
        var lint = await cluster.HelmAsync("lint", "--strict", ChartFiles.Folder);

        Assert.Contains("1 chart(s) linted, 0 chart(s) failed", lint.Checked(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Chart_Rendered_IsAcceptedByTheServer(string values)
    {
        var rendered = await cluster.HelmAsync("template", "checked", ChartFiles.Folder, "--set", values);

        var applied = await cluster.KubectlAsync(rendered.Checked(), "apply", "--dry-run=server", "--validate=strict", "-f", "-");

        Assert.Equal(4, applied.Checked().Split('\n').Count(line => line.StartsWith("deployment.apps/checked-delg-micro-", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("gateway.prot=5100", "prot")]
    [InlineData("globalIndex.replicas=2", "replicas")]
    [InlineData("extractor.gpu.count=0", "count")]
    [InlineData("gateway.port=80", "port")]
    [InlineData("localVerifier.replicas=2", "replicas")]
    [InlineData("localVerifier.store=Redis", "connection")]
    [InlineData("globalIndex.backend=Milvus", "address")]
    [InlineData("tls.enabled=true,tls.secrets.extractor=a", "globalIndex")]
    [InlineData("extractor.autoscaling.enabled=true", "prometheusAddress")]
    [InlineData("gateway.auth.jwt.authority=http://id.example", "authority")]
    public async Task Chart_MistakenValue_IsRefusedByName(string values, string named)
    {
        var rendered = await cluster.HelmAsync("template", "checked", ChartFiles.Folder, "--set", values);

        Assert.NotEqual(0, rendered.ExitCode);
        Assert.Contains(named, rendered.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chart_WithGpu_AsksForADevice()
    {
        var rendered = await cluster.HelmAsync("template", "checked", ChartFiles.Folder, "--set", "extractor.gpu.enabled=true", "--show-only", "templates/extractor.yaml");
        var deployment = YamlTree.ParseAll(rendered.Checked()).Single(document => document.Text("kind") == "Deployment");
        var pod = deployment.At("spec", "template", "spec");

        Assert.Equal("1", pod.Items("containers").Single().Text("resources", "limits", "nvidia.com/gpu"));
        Assert.Equal("nvidia.com/gpu", pod.Items("tolerations").Single().Text("key"));
    }

    [Fact]
    public async Task Chart_WithRedis_HasNoVolumeAndReadsThePasswordFromTheSecret()
    {
        var rendered = await cluster.HelmAsync(
            "template", "checked", ChartFiles.Folder, "--show-only", "templates/local-verifier.yaml", "--set",
            "localVerifier.store=Redis,localVerifier.redis.connection=redis:6379,localVerifier.redis.user=delg,localVerifier.redis.passwordSecret.name=keys,localVerifier.replicas=3");
        var documents = YamlTree.ParseAll(rendered.Checked());
        Assert.DoesNotContain(documents, document => document.Text("kind") == "PersistentVolumeClaim");
        var spec = documents.Single(document => document.Text("kind") == "Deployment").At("spec");
        Assert.Equal("3", spec.Text("replicas"));
        Assert.Equal("RollingUpdate", spec.Text("strategy", "type"));
        var container = spec.At("template", "spec").Items("containers").Single();
        Assert.Equal(["tmp"], container.Items("volumeMounts").Select(mount => mount.Text("name")));
        var variables = container.Items("env").Where(variable => variable.Text("name").StartsWith("DELG_", StringComparison.Ordinal)).ToList();
        var password = variables.Single(variable => variable.Text("name") == "DELG_LocalVerifier__Redis__Password");
        Assert.Equal(("keys", "password"), (password.Text("valueFrom", "secretKeyRef", "name"), password.Text("valueFrom", "secretKeyRef", "key")));
        var values = variables.ToDictionary(variable => variable.Text("name"), variable => variable.Has("value") ? variable.Text("value") : "secret");
        Assert.Equal("redis:6379", values["DELG_LocalVerifier__Redis__Connection"]);
        Assert.Empty(DeployedService.Named("local-verifier").Unread(values));
    }

    [Fact]
    public async Task Chart_WithMilvus_HasNoVolumeAndReadsThePasswordFromTheSecret()
    {
        var rendered = await cluster.HelmAsync(
            "template", "checked", ChartFiles.Folder, "--show-only", "templates/global-index.yaml", "--set",
            "globalIndex.backend=Milvus,globalIndex.milvus.address=http://milvus:19530,globalIndex.milvus.user=root,globalIndex.milvus.passwordSecret.name=keys,globalIndex.replicas=2");
        var documents = YamlTree.ParseAll(rendered.Checked());
        Assert.DoesNotContain(documents, document => document.Text("kind") == "PersistentVolumeClaim");
        var spec = documents.Single(document => document.Text("kind") == "Deployment").At("spec");
        Assert.Equal(("2", "RollingUpdate"), (spec.Text("replicas"), spec.Text("strategy", "type")));
        var container = spec.At("template", "spec").Items("containers").Single();
        Assert.Equal(["tmp"], container.Items("volumeMounts").Select(mount => mount.Text("name")));
        var variables = container.Items("env").Where(variable => variable.Text("name").StartsWith("DELG_", StringComparison.Ordinal)).ToList();
        var password = variables.Single(variable => variable.Text("name") == "DELG_GlobalIndex__Milvus__Password");
        Assert.Equal(("keys", "password"), (password.Text("valueFrom", "secretKeyRef", "name"), password.Text("valueFrom", "secretKeyRef", "key")));
        var values = variables.ToDictionary(variable => variable.Text("name"), variable => variable.Has("value") ? variable.Text("value") : "secret");
        Assert.Equal(("http://milvus:19530", "Strong"), (values["DELG_GlobalIndex__Milvus__Address"], values["DELG_GlobalIndex__Milvus__Consistency"]));
        Assert.Empty(DeployedService.Named("global-index").Unread(values));
    }

    [Fact]
    public async Task Chart_InstalledUpgradedUninstalled_LeavesNothing()
    {
        const string Space = "search";
        (await cluster.HelmAsync("install", "delg-micro", ChartFiles.Folder, "--namespace", Space, "--create-namespace")).Checked();

        var deployments = await cluster.ObjectsAsync("deployments", Space, "delg-micro");
        Assert.Equal(DeployedService.All.Select(service => $"delg-micro-{service.Component}").Order(), deployments.Select(Name).Order());
        Assert.All(DeployedService.All, service => CheckDeployment(service, deployments.Single(item => Name(item) == $"delg-micro-{service.Component}")));
        var services = await cluster.ObjectsAsync("services", Space, "delg-micro");
        Assert.All(DeployedService.All, service => CheckService(service, services.Single(item => Name(item) == $"delg-micro-{service.Component}")));

        (await cluster.HelmAsync("upgrade", "delg-micro", ChartFiles.Folder, "--namespace", Space, "--set", "extractor.replicas=3")).Checked();
        var upgraded = await cluster.ObjectsAsync("deployments", Space, "delg-micro");
        Assert.Equal("3", upgraded.Single(item => Name(item) == "delg-micro-extractor")["spec"]!["replicas"]!.ToString());

        (await cluster.HelmAsync("uninstall", "delg-micro", "--namespace", Space)).Checked();
        // Pods and claims go with what owned them, a moment later.
        var left = await cluster.ObjectsAsync(Everything, Space, "delg-micro");
        for (var attempt = 0; left.Count > 0 && attempt < 60; attempt++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), TestContext.Current.CancellationToken);
            left = await cluster.ObjectsAsync(Everything, Space, "delg-micro");
        }

        Assert.Empty(left.Select(Name));
    }

    private static void CheckDeployment(DeployedService service, JsonNode deployment)
    {
        var pod = deployment["spec"]!["template"]!["spec"]!;
        var container = pod["containers"]!.AsArray().Single()!;
        var variables = container["env"]!.AsArray().Where(variable => Text(variable!, "name").StartsWith("DELG_", StringComparison.Ordinal))
            .ToDictionary(variable => Text(variable!, "name"), variable => Text(variable!, "value"));

        Assert.Empty(service.Unread(variables));
        Assert.Equal(ServiceHosting.LiveService, Text(container["livenessProbe"]!["grpc"]!, "service"));
        Assert.Equal(ServiceHosting.LiveService, Text(container["startupProbe"]!["grpc"]!, "service"));
        Assert.Equal("", Text(container["readinessProbe"]!["grpc"]!, "service"));
        Assert.All(["startupProbe", "livenessProbe", "readinessProbe"], probe => Assert.Equal($"{service.Port}", container[probe]!["grpc"]!["port"]!.ToString()));
        Assert.Equal("true", container["securityContext"]!["readOnlyRootFilesystem"]!.ToString());
        Assert.Equal("true", pod["securityContext"]!["runAsNonRoot"]!.ToString());
        Assert.Equal("false", pod["enableServiceLinks"]!.ToString());
        Assert.Equal(service.Component is "global-index" or "local-verifier" ? "Recreate" : "RollingUpdate", Text(deployment["spec"]!["strategy"]!, "type"));
    }

    private static void CheckService(DeployedService service, JsonNode item)
    {
        var isHeadless = Text(item["spec"]!, "clusterIP") == "None";

        Assert.Equal(service.Component != "gateway", isHeadless);
        Assert.Equal(service.Ports, item["spec"]!["ports"]!.AsArray().Select(port => port!["port"]!.GetValue<int>()));
    }

    private static string Name(JsonNode item) => Text(item["metadata"]!, "name");

    private static string Text(JsonNode node, string key) => node[key]?.ToString() ?? "";
}
