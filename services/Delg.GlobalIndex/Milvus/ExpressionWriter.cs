using System.Globalization;
using System.Text;
using Delg.GlobalIndex.Filters;
using Delg.GlobalIndex.Milvus.Wire;

namespace Delg.GlobalIndex.Milvus;

/// <summary>
/// Writes conditions in Milvus's expression language. Values that callers chose never become part of its text where the server has templates;
/// where it has not, they are literals, quoted here. One writer writes one expression.
/// </summary>
/// <param name="hasTemplates">The server takes values beside the text.</param>
/// <param name="partitionKey">Metadata key that the collection is divided by; empty: none.</param>
internal sealed class ExpressionWriter(bool hasTemplates, string partitionKey)
{
    /// <summary>Ids that one expression names at most: 512 bytes each stay far below the server's limit.</summary>
    public const int MaxIds = 1000;

    /// <summary>What is true of every row: an id is never empty. Beside other terms it keeps the server from taking a short cut.</summary>
    public const string Any = $"{EntrySchema.ImageId} != \"\"";

    private readonly Dictionary<string, TemplateValue> _values = new(StringComparer.Ordinal);

    /// <summary>What the names in the text stand for.</summary>
    public IDictionary<string, TemplateValue> Values => _values;

    /// <summary>All terms that are there, joined; empty when none is.</summary>
    public static string All(params IEnumerable<string?> terms)
    {
        var present = terms.OfType<string>().ToList();
        return present.Count == 0 ? "" : Join(present, "and");
    }

    public string IdIn(IEnumerable<string> imageIds) => $"{EntrySchema.ImageId} in {Texts(imageIds)}";

    public string IdNotIn(IEnumerable<string> imageIds) => $"{EntrySchema.ImageId} not in {Texts(imageIds)}";

    public string IdAfter(string imageId) => $"{EntrySchema.ImageId} > {Text(imageId)}";

    /// <summary>
    /// The filter with our rules: two truth values, false for a key that is absent or of another kind. Milvus's tests of JSON are so, but for
    /// <c>!=</c>, which is true of what is absent; it is written as below or above.
    /// </summary>
    public string Where(Filter filter) => filter switch
    {
        Conjunction and => Join([.. and.Terms.Select(Where)], "and"),
        Disjunction or => Join([.. or.Terms.Select(Where)], "or"),
        Negation not => $"(not ({Where(not.Term)}))",
        Comparison test => Compare(test),
        Membership test => Join([.. Memberships(test)], "or"),
        Presence test => $"(exists {Key(test.Key)})",
        Containment test => $"(json_contains({Key(test.Key)}, {Text(test.Text)}))",
        _ => throw new InvalidOperationException($"No expression for {filter.GetType().Name}."),
    };

    // As a balanced tree: the server takes seconds over a thousand terms in a row (measured on 2.3.5).
    private static string Join(IReadOnlyList<string> terms, string word)
    {
        var text = new StringBuilder();
        void Write(int start, int count)
        {
            if (count == 1)
            {
                text.Append(terms[start]);
                return;
            }

            text.Append('(');
            Write(start, count / 2);
            text.Append(' ').Append(word).Append(' ');
            Write(start + (count / 2), count - (count / 2));
            text.Append(')');
        }

        Write(0, terms.Count);
        return text.ToString();
    }

    private static string Key(string key) => $"{EntrySchema.Metadata}[\"{key}\"]";

    private string Compare(Comparison test)
    {
        if (test.Value is TruthValue truth)
            return $"({Key(test.Key)} == {Truth(test.Operator == ComparisonOperator.NotEqual ? !truth.Truth : truth.Truth)})";
        var value = test.Value is TextValue text ? Text(text.Text) : Number(((NumberValue)test.Value).Number);
        return test.Operator switch
        {
            ComparisonOperator.Equal when IsPartitionKey(test.Key, test.Value) => $"({Key(test.Key)} == {value} and {EntrySchema.PartitionKey} == {value})",
            ComparisonOperator.Equal => $"({Key(test.Key)} == {value})",
            ComparisonOperator.NotEqual => $"({Key(test.Key)} < {value} or {Key(test.Key)} > {value})",
            ComparisonOperator.Less => $"({Key(test.Key)} < {value})",
            ComparisonOperator.LessOrEqual => $"({Key(test.Key)} <= {value})",
            ComparisonOperator.Greater => $"({Key(test.Key)} > {value})",
            _ => $"({Key(test.Key)} >= {value})",
        };
    }

    private IEnumerable<string> Memberships(Membership test)
    {
        // A list has values of one kind.
        var texts = test.Values.OfType<TextValue>().Select(value => value.Text).ToList();
        if (texts.Count > 0 && IsPartitionKey(test.Key, test.Values[0]) && texts.Count == test.Values.Length)
            yield return $"({Key(test.Key)} in {Texts(texts)} and {EntrySchema.PartitionKey} in {Texts(texts)})";
        else if (texts.Count > 0)
            yield return $"({Key(test.Key)} in {Texts(texts)})";
        var numbers = test.Values.OfType<NumberValue>().Select(value => value.Number).ToList();
        if (numbers.Count > 0)
            yield return $"({Key(test.Key)} in {Numbers(numbers)})";
        foreach (var truth in test.Values.OfType<TruthValue>().Distinct())
            yield return $"({Key(test.Key)} == {Truth(truth.Truth)})";
    }

    private bool IsPartitionKey(string key, FilterValue value) => partitionKey.Length > 0 && key == partitionKey && value is TextValue;

    private static string Truth(bool value) => value ? "true" : "false";

    private string Text(string value) => hasTemplates ? Template(new TemplateValue { StringVal = value }) : Literal(value);

    private string Number(double value) => hasTemplates ? Template(new TemplateValue { FloatVal = value }) : Literal(value);

    private string Texts(IEnumerable<string> values) => hasTemplates
        ? Template(new TemplateValue { ArrayVal = new TemplateArrayValue { StringData = new StringArray { Data = { values } } } })
        : $"[{string.Join(',', values.Select(Literal))}]";

    private string Numbers(IEnumerable<double> values) => hasTemplates
        ? Template(new TemplateValue { ArrayVal = new TemplateArrayValue { DoubleData = new DoubleArray { Data = { values } } } })
        : $"[{string.Join(',', values.Select(Literal))}]";

    private string Template(TemplateValue value)
    {
        var name = $"v{_values.Count}";
        _values.Add(name, value);
        return $"{{{name}}}";
    }

    private static string Literal(string value)
    {
        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var unit in value)
        {
            if (unit is '"' or '\\')
                text.Append('\\').Append(unit);
            else if (char.IsControl(unit))
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            else
                text.Append(unit);
        }

        return text.Append('"').ToString();
    }

    // Always with a point or an exponent: to Milvus the others are integers, which compare in their own way.
    private static string Literal(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text : $"{text}.0";
    }
}
