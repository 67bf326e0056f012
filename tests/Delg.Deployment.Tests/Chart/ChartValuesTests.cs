using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Delg.Deployment.Tests.Repository;
using Delg.Deployment.Tests.Services;
using YamlDotNet.RepresentationModel;

namespace Delg.Deployment.Tests.Chart;

/// <summary>Holds the chart's values against its schema and against the code.</summary>
public sealed partial class ChartValuesTests : IDisposable
{
    private readonly VariableFiles _files = new();

    public void Dispose() => _files.Dispose();

    public static TheoryData<string> Components => DeployedService.Components;

    [Theory]
    [MemberData(nameof(Components))]
    public void Values_Ports_AreTheCodesDefaults(string component)
    {
        var service = DeployedService.Named(component);
        var values = ChartFiles.Values.At(service.ValuesKey);

        Assert.Equal(service.Port, int.Parse(values.Text("port")));
        Assert.Equal(service.HttpPort, values.Has("httpPort") ? int.Parse(values.Text("httpPort")) : null);
    }

    [Theory]
    [MemberData(nameof(Components))]
    public void Values_Image_IsWhatTheProjectPublishes(string component)
    {
        var service = DeployedService.Named(component);
        var project = XDocument.Parse(service.ReadProject());

        Assert.Equal(project.Descendants("ContainerRepository").Single().Value, ChartFiles.Values.Text(service.ValuesKey, "image", "repository"));
        Assert.Equal(service.Ports, project.Descendants("ContainerPort").Select(port => int.Parse(port.Attribute("Include")!.Value)));
    }

    [Fact]
    public void Chart_AppVersion_IsTheProductsVersion()
    {
        var product = XDocument.Parse(Clone.Read("Directory.Build.props")).Descendants("Version").Single().Value;

        Assert.Equal(product, ChartFiles.Manifest.Text("appVersion"));
    }

    [Theory]
    [MemberData(nameof(Components))]
    public void Templates_Variables_AreReadByTheService(string component)
    {
        var service = DeployedService.Named(component);
        var sectionVariables = VariableName().Matches(ChartFiles.Templates.Replace("{{ $section }}", service.Section, StringComparison.Ordinal))
            .Select(match => match.Value)
            .Where(name => name.StartsWith($"DELG_{service.Section}__", StringComparison.Ordinal))
            .Where(name => !name.EndsWith("__", StringComparison.Ordinal))
            .ToHashSet();
        var options = ChartFiles.Values.At(service.ValuesKey, "options").Keys().Select(key => $"DELG_{service.Section}__{key}");
        var variables = sectionVariables.Concat(options).ToDictionary(name => name, ValidValue);

        Assert.Contains($"DELG_{service.Section}__Listen", variables.Keys);
        Assert.Empty(service.Unread(variables));
    }

    [Fact]
    public void Templates_VariablesOfNoSection_AreKnown()
    {
        var sections = DeployedService.All.Select(service => service.Section).ToHashSet();
        var others = VariableName().Matches(ChartFiles.Templates).Select(match => match.Value).Distinct()
            .Where(name => !sections.Contains(name["DELG_".Length..].Split("__")[0]))
            .Where(name => name != "DELG_");

        Assert.Equal([DeployedService.DataFolderVariable], others);
    }

    [Fact]
    public void Schema_Keys_AreTheValuesKeys() => Assert.Empty(Differences(ChartFiles.Schema, ChartFiles.Values, ""));

    [Fact]
    public void Schema_ObjectsWithProperties_RefuseOthers()
    {
        var open = Descendants(ChartFiles.Schema).OfType<JsonObject>()
            .Where(node => node["properties"] is JsonObject && node["type"]?.GetValueKind() == System.Text.Json.JsonValueKind.String)
            .Where(node => node["additionalProperties"]?.GetValueKind() != System.Text.Json.JsonValueKind.False);

        Assert.Empty(open.Select(node => node.GetPath()));
    }

    [Fact]
    public void Values_EachKey_HasAComment()
    {
        var lines = Clone.Read("charts", "delg-micro", "values.yaml").Split('\n');
        var bare = Enumerable.Range(1, lines.Length - 1)
            .Where(i => LeafWithValue().IsMatch(lines[i]) && !lines[i - 1].TrimStart().StartsWith('#'))
            // Kubernetes' own structures and the two lines of a resources block stand under one comment.
            .Where(i => !lines[i].TrimStart().StartsWith("requests:", StringComparison.Ordinal) && !lines[i].TrimStart().StartsWith("limits:", StringComparison.Ordinal))
            .Where(i => !lines[i].TrimStart().StartsWith("type: RuntimeDefault", StringComparison.Ordinal) && !lines[i].TrimStart().StartsWith("drop:", StringComparison.Ordinal))
            .Select(i => $"{i + 1}: {lines[i]}");

        Assert.Empty(bare);
    }

    private string ValidValue(string variable) => variable switch
    {
        _ when _files.For(variable) is { } file => file,
        _ when variable.EndsWith("Listen", StringComparison.Ordinal) => "https://*:5000",
        _ when variable.EndsWith("Seconds", StringComparison.Ordinal) => "20",
        _ when variable.EndsWith("__Logs", StringComparison.Ordinal) => "Json",
        // Beside a file of keys there is no provider to ask.
        "DELG_Gateway__Jwt__Authority" => "",
        "DELG_Extractor__Device" => "cuda",
        "DELG_LocalVerifier__Store" => "Redis",
        "DELG_LocalVerifier__Redis__Connection" => "redis:6379",
        "DELG_LocalVerifier__Redis__Tls" => "true",
        "DELG_GlobalIndex__Backend" => "Milvus",
        "DELG_GlobalIndex__Milvus__Address" => "http://milvus:19530",
        "DELG_GlobalIndex__Milvus__Consistency" => "Strong",
        "DELG_GlobalIndex__Milvus__User" => "root",
        _ => "dns:///service:5000",
    };

    /// <summary>Paths that only one of the two knows. Objects whose properties the schema does not list are left alone.</summary>
    private static IEnumerable<string> Differences(JsonObject schema, YamlNode values, string path)
    {
        var known = Resolve(schema);
        if (known["properties"] is not JsonObject properties || values is not YamlMappingNode mapping)
            yield break;
        var keys = mapping.Keys();
        foreach (var missing in keys.Except(properties.Select(property => property.Key)))
            yield return $"{path}/{missing} is not in the schema";
        foreach (var (name, property) in properties)
        {
            if (!keys.Contains(name))
                yield return $"{path}/{name} is not in the values";
            else
            {
                foreach (var deeper in Differences(property!.AsObject(), mapping.At(name), $"{path}/{name}"))
                    yield return deeper;
            }
        }
    }

    private static JsonObject Resolve(JsonObject schema) =>
        schema["$ref"] is { } reference ? ChartFiles.Schema["$defs"]![reference.GetValue<string>().Split('/')[^1]]!.AsObject() : schema;

    private static IEnumerable<JsonNode> Descendants(JsonNode node) => node switch
    {
        JsonObject item => item.Where(pair => pair.Value is not null).SelectMany(pair => Descendants(pair.Value!)).Prepend(item),
        JsonArray list => list.Where(item => item is not null).SelectMany(item => Descendants(item!)).Prepend(list),
        _ => [node],
    };

    [GeneratedRegex(@"DELG_\w*")]
    private static partial Regex VariableName();

    [GeneratedRegex(@"^ *[A-Za-z]+: \S")]
    private static partial Regex LeafWithValue();
}
