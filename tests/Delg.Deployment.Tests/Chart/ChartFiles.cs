using System.Text.Json.Nodes;
using Delg.Deployment.Tests.Repository;
using YamlDotNet.RepresentationModel;

namespace Delg.Deployment.Tests.Chart;

/// <summary>The chart as it is in the clone.</summary>
internal static class ChartFiles
{
    public static string Folder { get; } = Clone.PathOf("charts", "delg-micro");

    public static YamlMappingNode Manifest { get; } = YamlTree.Parse(Clone.Read("charts", "delg-micro", "Chart.yaml"));

    public static YamlMappingNode Values { get; } = YamlTree.Parse(Clone.Read("charts", "delg-micro", "values.yaml"));

    public static JsonObject Schema { get; } = JsonNode.Parse(Clone.Read("charts", "delg-micro", "values.schema.json"))!.AsObject();

    /// <summary>All templates in one text.</summary>
    public static string Templates { get; } =
        string.Concat(Directory.EnumerateFiles(Path.Combine(Folder, "templates")).Order().Select(File.ReadAllText));
}
