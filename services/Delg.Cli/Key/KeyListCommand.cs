using System.CommandLine;
using System.Globalization;
using Delg.Cli.CommandLine;
using Delg.Cli.Output;
using Delg.Gateway.Access.Keys;
using Spectre.Console;

namespace Delg.Cli.Key;

/// <summary><c>delg key list</c>: what is known of each key; none can be shown again.</summary>
internal sealed class KeyListCommand : VerbCommand
{
    private readonly Option<FileInfo?> _file = KeyFileOption.Create();

    public KeyListCommand()
        : base("list", "List the API keys of a file: ids, names, roles and collections. The keys themselves are not kept.", "delg key list", "delg key list --file keys.json --json")
    {
        Add(_file);
    }

    protected override Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var file = KeyFileOption.Resolve(arguments.GetValue(_file));
        var keys = KeyFile.Read(file)
            .Select(record => new { record.Id, record.Name, Role = record.Role.ToString().ToLowerInvariant(), record.Collections, record.RequestsPerSecond, record.CreateTime })
            .ToList();
        if (terminal.IsJson)
        {
            terminal.WriteJson(new { File = file, Keys = keys });
            return Task.FromResult(ExitCode.Done);
        }

        var table = new Table().AddColumns("id", "name", "role", "collections", "requests/s", "made");
        foreach (var key in keys)
        {
            table.AddRow(
                new Text(key.Id), new Text(key.Name), new Text(key.Role), new Text(string.Join(", ", key.Collections)),
                new Text(key.RequestsPerSecond?.ToString(CultureInfo.InvariantCulture) ?? ""),
                new Text(key.CreateTime?.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture) ?? ""));
        }

        terminal.Report.Write(table);
        return Task.FromResult(ExitCode.Done);
    }
}
