using System.Collections;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Delg.ServiceDefaults.Options;

/// <summary>An option's value as it may be shown in a log or an error.</summary>
internal static partial class OptionText
{
    private const string Mask = "***";

    /// <summary>The value in the invariant culture; secrets, and passwords inside addresses and connection strings, are masked.</summary>
    public static string Of(string name, object? value) => value switch
    {
        null or "" => "",
        _ when SecretName().IsMatch(name) => Mask,
        string text => WithoutPasswords(text),
        IDictionary pairs => string.Join(", ", pairs.Keys.Cast<object>().Select(key => $"{key}={Of($"{key}", pairs[key])}")),
        IEnumerable items => string.Join(", ", items.Cast<object?>().Select(item => Of(name, item))),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string WithoutPasswords(string text) =>
        UserInformation().Replace(PasswordPart().Replace(text, $"$1{Mask}"), $"$1{Mask}@");

    [GeneratedRegex("password|secret|token|apikey|credential|privatekey", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();

    // As in StackExchange.Redis ("host:6379,password=x") and ADO ("Password=x;").
    [GeneratedRegex("((?:password|pwd|secret|token)\\s*=\\s*)[^,;]+", RegexOptions.IgnoreCase)]
    private static partial Regex PasswordPart();

    // As in "redis://user:x@host".
    [GeneratedRegex("(://[^/@:]*:)[^/@]+@")]
    private static partial Regex UserInformation();
}
