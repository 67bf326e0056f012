using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Delg.Cli.CommandLine;
using Delg.V1;

namespace Delg.Cli.Index;

/// <summary><c>--set KEY=VALUE</c>, as often as there are keys: the metadata of what is indexed.</summary>
internal sealed class MetadataOption
{
    private readonly Option<string[]> _set = new("--set")
    {
        Description =
            "Give every picture this key and value, in place of those it had: a number, true, false, a list such as '[\"a\", \"b\"]', else text. For several keys say it " +
            "several times. Without it pictures keep theirs.",
        HelpName = "KEY=VALUE",
    };

    public MetadataOption(Command command) => command.Add(_set);

    /// <summary>What was said; null: nothing.</summary>
    /// <exception cref="WrongUsageException">A value has no key, or a key two values.</exception>
    public Metadata? Read(ParseResult arguments)
    {
        if (arguments.GetValue(_set) is not { Length: > 0 } pairs)
            return null;
        var metadata = new Metadata();
        foreach (var pair in pairs)
        {
            if (pair.Split('=', 2) is not [{ Length: > 0 } key, var value])
                throw new WrongUsageException($"--set: '{pair}' is not KEY=VALUE.");
            if (!metadata.Values.TryAdd(key, ValueOf(value)))
                throw new WrongUsageException($"--set: '{key}' is given twice.");
        }

        return metadata;
    }

    /// <summary>The kind of value that the text reads as.</summary>
    internal static MetadataValue ValueOf(string text)
    {
        if (text is "true" or "false")
            return new MetadataValue { BoolValue = text == "true" };
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
            return new MetadataValue { NumberValue = number };
        if (text.StartsWith('[') && ListOf(text) is { } list)
            return new MetadataValue { StringList = new StringList { Values = { list } } };
        return new MetadataValue { StringValue = text };
    }

    private static string[]? ListOf(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<string[]>(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
