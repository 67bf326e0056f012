using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Delg.Deployment.Tests.Services;

/// <summary>
/// Finds out which configuration keys a service reads: registers it over a source that notes what it is asked for, and binds all its options.
/// </summary>
internal sealed class ConfigurationReads(DeployedService service, IReadOnlyDictionary<string, string> variables)
{
    private const string Prefix = "DELG_";

    private readonly ConcurrentDictionary<string, bool> _asked = new(StringComparer.OrdinalIgnoreCase);

    private IReadOnlyDictionary<string, string> Variables => variables;

    public IReadOnlyList<string> Unread()
    {
        var builder = WebApplication.CreateBuilder();
        ((IConfigurationBuilder)builder.Configuration).Add(new Source(this));
        service.Build(builder);
        using var provider = builder.Services.BuildServiceProvider();
        foreach (var options in OptionTypes(builder.Services))
            Bind(provider, options);
        return [.. variables.Keys.Where(name => !_asked.ContainsKey(KeyOf(name)))];
    }

    /// <summary>Options bound to the configuration: binding registers a source of change tokens for each.</summary>
    private static IEnumerable<Type> OptionTypes(IServiceCollection services) => services
        .Where(entry => entry.ServiceType.IsGenericType && entry.ServiceType.GetGenericTypeDefinition() == typeof(IOptionsChangeTokenSource<>))
        .Select(entry => entry.ServiceType.GenericTypeArguments[0])
        .Where(options => options.Namespace?.StartsWith("Delg.", StringComparison.Ordinal) == true)
        .Distinct();

    private static void Bind(IServiceProvider provider, Type options)
    {
        var accessor = typeof(IOptions<>).MakeGenericType(options);
        _ = accessor.GetProperty(nameof(IOptions<object>.Value))!.GetValue(provider.GetRequiredService(accessor));
    }

    private static string KeyOf(string variable) =>
        variable[Prefix.Length..].Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);

    private sealed class Source(ConfigurationReads reads) : ConfigurationProvider, IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public override void Load()
        {
            foreach (var (name, value) in reads.Variables)
                Data[KeyOf(name)] = value;
        }

        public override bool TryGet(string key, out string? value)
        {
            reads._asked[key] = true;
            return base.TryGet(key, out value);
        }
    }
}
