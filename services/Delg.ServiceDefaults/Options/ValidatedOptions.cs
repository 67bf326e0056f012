using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Delg.ServiceDefaults.Options;

/// <summary>Options that are bound and checked before a service takes its first call.</summary>
public static class ValidatedOptions
{
    /// <summary>
    /// Binds <typeparamref name="TOptions"/> to a configuration section and checks its data annotations at start. All mistakes of all options
    /// are reported together when the application is built; further checks are <see cref="IValidateOptions{TOptions}"/> registrations.
    /// </summary>
    /// <typeparam name="TOptions">A class with settable properties, defaults in place, limits as annotations.</typeparam>
    /// <param name="services">The service's registrations.</param>
    /// <param name="section">Configuration section, e.g. <c>Extractor</c> or <c>Extractor:Queue</c>.</param>
    public static OptionsBuilder<TOptions> AddValidatedOptions<TOptions>(this IServiceCollection services, string section)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSingleton<IValidateOptions<TOptions>>(new AnnotationCheck<TOptions>(section));
        services.AddSingleton<IOptionsSection>(provider => new OptionsSection<TOptions>(
            section, provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<IOptions<TOptions>>()));
        return services.AddOptions<TOptions>().BindConfiguration(section).ValidateOnStart();
    }

    /// <summary>Reads all options registered by <see cref="AddValidatedOptions"/>.</summary>
    /// <param name="services">The built service's provider.</param>
    /// <exception cref="OptionsValidationException">
    /// One or more options are wrong: <c>Failures</c> has a sentence for each, which begins with the option's configuration key.
    /// </exception>
    internal static void ThrowIfInvalid(IServiceProvider services)
    {
        var failures = services.GetServices<IOptionsSection>().SelectMany(section => section.Failures()).Distinct().ToList();
        if (failures.Count > 0)
            throw new OptionsValidationException(Microsoft.Extensions.Options.Options.DefaultName, typeof(ValidatedOptions), failures);
    }
}
