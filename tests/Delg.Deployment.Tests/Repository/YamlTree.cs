using YamlDotNet.RepresentationModel;

namespace Delg.Deployment.Tests.Repository;

/// <summary>Reading of YAML by path.</summary>
internal static class YamlTree
{
    public static YamlMappingNode Parse(string text) => ParseAll(text).Single();

    /// <summary>The documents of a stream, without the empty ones.</summary>
    public static IReadOnlyList<YamlMappingNode> ParseAll(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => document.RootNode).OfType<YamlMappingNode>()];
    }

    /// <summary>The node under these keys, one level each.</summary>
    /// <exception cref="KeyNotFoundException">One of them is not there.</exception>
    public static YamlNode At(this YamlNode node, params string[] keys) => keys.Aggregate(node, (at, key) => ((YamlMappingNode)at).Children[key]);

    public static bool Has(this YamlNode node, string key) => ((YamlMappingNode)node).Children.ContainsKey(key);

    public static string Text(this YamlNode node, params string[] keys) => ((YamlScalarNode)node.At(keys)).Value ?? "";

    public static IEnumerable<YamlNode> Items(this YamlNode node, string key) => node.Has(key) ? (YamlSequenceNode)node.At(key) : [];

    public static IReadOnlyList<string> Keys(this YamlNode node) => [.. ((YamlMappingNode)node).Children.Keys.Select(key => ((YamlScalarNode)key).Value ?? "")];
}
