using System.Collections.Immutable;
using Delg.GlobalIndex.Filters;
using Delg.V1;

namespace Delg.GlobalIndex.Tests.Filters;

/// <summary>Filters and metadata over few keys and values, so that they often meet.</summary>
internal static class RandomFilters
{
    private static readonly string[] _keys = ["a", "b", "c", "Zone_9"];
    private static readonly string[] _texts = ["", "x", "xy", "X", "\"", "\\", "ü", "\uff5e", "\U0001F600", "line\nbreak"];
    private static readonly double[] _numbers = [0, -1, 1, 0.5, 2, 1e10, -2.25];

    public static Filter Filter(Random random, int depth) => random.Next(depth == 0 ? 4 : 9) switch
    {
        0 => new Presence(Any(random, _keys)),
        1 => new Containment(Any(random, _keys), Any(random, _texts)),
        2 => new Membership(Any(random, _keys), [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Value(random))]),
        3 or 4 or 5 => Comparison(random),
        6 => new Negation(Filter(random, depth - 1)),
        7 => new Conjunction(Terms(random, depth)),
        _ => new Disjunction(Terms(random, depth)),
    };

    public static Metadata? Metadata(Random random)
    {
        var metadata = new Metadata();
        foreach (var key in _keys.Where(_ => random.Next(3) > 0))
            metadata.Values[key] = Stored(random);
        return metadata.Values.Count > 0 ? metadata : null;
    }

    private static ImmutableArray<Filter> Terms(Random random, int depth) =>
        [.. Enumerable.Range(0, random.Next(2, 4)).Select(_ => Filter(random, depth - 1))];

    private static Comparison Comparison(Random random)
    {
        var value = Value(random);
        var operators = value is TruthValue ? 2 : 6;
        return new Comparison(Any(random, _keys), (ComparisonOperator)random.Next(operators), value);
    }

    private static FilterValue Value(Random random) => random.Next(5) switch
    {
        0 => new TruthValue(random.Next(2) == 0),
        1 or 2 => new NumberValue(Any(random, _numbers)),
        _ => new TextValue(Any(random, _texts)),
    };

    private static MetadataValue Stored(Random random) => random.Next(6) switch
    {
        0 => new MetadataValue { BoolValue = random.Next(2) == 0 },
        1 or 2 => new MetadataValue { NumberValue = Any(random, _numbers) },
        3 => new MetadataValue { StringList = new StringList { Values = { Enumerable.Range(0, random.Next(4)).Select(_ => Any(random, _texts)) } } },
        _ => new MetadataValue { StringValue = Any(random, _texts) },
    };

    private static T Any<T>(Random random, T[] from) => from[random.Next(from.Length)];
}
