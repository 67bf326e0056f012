using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Delg.ServiceDefaults.Options;

/// <summary>Checks the data annotations of an options class; its texts name the configuration key and the value.</summary>
internal sealed class AnnotationCheck<TOptions>(string section) : IValidateOptions<TOptions>
    where TOptions : class
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        var results = new List<ValidationResult>();
        if (Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true))
            return ValidateOptionsResult.Success;
        return ValidateOptionsResult.Fail(results.Select(result => $"{KeyAndValue(options, result)}: {result.ErrorMessage}"));
    }

    private string KeyAndValue(TOptions options, ValidationResult result)
    {
        var member = result.MemberNames.FirstOrDefault();
        if (member is null || typeof(TOptions).GetProperty(member) is not { } property)
            return section;
        return $"{section}:{member} is '{OptionText.Of(member, property.GetValue(options))}'";
    }
}
