using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Delg.ServiceDefaults.Options;

/// <summary>Options that are bound and checked before a service takes its first call.</summary>
public static class ValidatedOptions
{
    /// <summary>
    /// Binds <typeparamref name="TOptions"/> to a configuration section and checks its data annotations at start. All mistakes of all options
    /// are reported together.
    /// </summary>
    /// <typeparam name="TOptions">A class with settable properties, defaults in place, limits as annotations.</typeparam>
    /// <param name="services">The service's registrations.</param>
    /// <param name="section">Configuration section, e.g. <c>Extractor</c> or <c>Extractor:Queue</c>.</param>
    public static OptionsBuilder<TOptions> AddValidatedOptions<TOptions>(this IServiceCollection services, string section)
        where TOptions : class =>
        services.AddOptions<TOptions>().BindConfiguration(section).ValidateDataAnnotations().ValidateOnStart();
}
