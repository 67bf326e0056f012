using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Delg.ServiceDefaults.Options;

/// <summary>One registered options class, for those who go through all of them.</summary>
internal interface IOptionsSection
{
    /// <summary>Its configuration section.</summary>
    public string Section { get; }

    /// <summary>What is wrong with it; empty: nothing.</summary>
    public IEnumerable<string> Failures();

    /// <summary>Its effective values, in the order of the class, secrets masked. Needs valid options.</summary>
    public IEnumerable<KeyValuePair<string, string>> Values();
}

/// <inheritdoc cref="IOptionsSection"/>
internal sealed class OptionsSection<TOptions>(string section, IConfiguration configuration, IOptions<TOptions> options) : IOptionsSection
    where TOptions : class
{
    private static readonly PropertyInfo[] _properties = typeof(TOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance);

    public string Section => section;

    public IEnumerable<string> Failures()
    {
        try
        {
            _ = options.Value;
            return [];
        }
        catch (OptionsValidationException failure)
        {
            return failure.Failures;
        }
        catch (InvalidOperationException failure)
        {
            // The binder stops at the first value it cannot convert; the operator wants to hear of all.
            var unreadable = _properties.Where(property => !CanRead(property)).Select(Unreadable).ToList();
            return unreadable.Count > 0 ? unreadable : [$"{section}: {failure.Message}"];
        }
    }

    public IEnumerable<KeyValuePair<string, string>> Values() =>
        _properties.Select(property => KeyValuePair.Create(property.Name, OptionText.Of(property.Name, property.GetValue(options.Value))));

    private bool CanRead(PropertyInfo property)
    {
        try
        {
            configuration.GetSection($"{section}:{property.Name}").Get(property.PropertyType);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private string Unreadable(PropertyInfo property)
    {
        var value = OptionText.Of(property.Name, configuration[$"{section}:{property.Name}"]);
        return $"{section}:{property.Name} is '{value}': it must be {Expected(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType)}.";
    }

    private static string Expected(Type type) => type switch
    {
        { IsEnum: true } => $"one of {string.Join(", ", Enum.GetNames(type))}",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(int) || type == typeof(long) => "a whole number",
        _ when type == typeof(float) || type == typeof(double) => "a number",
        _ => $"a value of type {type.Name}",
    };
}
