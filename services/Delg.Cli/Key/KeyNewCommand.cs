using System.CommandLine;
using Delg.Cli.CommandLine;
using Delg.Cli.Output;
using Delg.Contracts.Validation;
using Delg.Gateway.Access;
using Delg.Gateway.Access.Keys;

namespace Delg.Cli.Key;

/// <summary><c>delg key new</c>: makes a key, shows it once, and keeps a hash of it.</summary>
internal sealed class KeyNewCommand : VerbCommand
{
    private const string All = "*";

    private readonly Option<string> _name = new("--name") { Description = "Whose key it is, for people.", Required = true, HelpName = "NAME" };

    private readonly Option<string> _role = new("--role")
    {
        Description = "read: search, match, get, list. write: also index, update, delete images. admin: also create and drop collections.",
        DefaultValueFactory = _ => "read",
        HelpName = "ROLE",
    };

    private readonly Option<string[]> _collections = new("--collection")
    {
        Description = $"Collection the key is for; may be given several times. '{All}': all of them.",
        Required = true,
        HelpName = "NAME",
    };

    private readonly Option<double?> _requestsPerSecond = new("--requests-per-second") { Description = "Rate limit of this key; 0: none. Default: the gateway's.", HelpName = "N" };

    private readonly Option<FileInfo?> _file = KeyFileOption.Create();

    public KeyNewCommand()
        : base(
            "new",
            "Make an API key. It is printed once; the file keeps only a hash of it. A running gateway takes it within seconds.",
            "delg key new --name shop --role read --collection products",
            $"delg key new --name nightly --role admin --collection '{All}' --json")
    {
        _role.AcceptOnlyFromAmong("read", "write", "admin");
        Add(_name);
        Add(_role);
        Add(_collections);
        Add(_requestsPerSecond);
        Add(_file);
    }

    protected override Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var collections = arguments.GetRequiredValue(_collections);
        if (collections.FirstOrDefault(name => name != All && !MessageCheck.IsCollectionName(name)) is { } wrong)
            throw new WrongUsageException($"--collection '{wrong}' is neither a collection's name nor '{All}'.");
        if (arguments.GetValue(_requestsPerSecond) is { } limit && !(double.IsFinite(limit) && limit >= 0))
            throw new WrongUsageException($"--requests-per-second must be 0 or more, not {limit}.");
        var key = ApiKey.Create();
        var record = new KeyRecord(
            key.Id, arguments.GetRequiredValue(_name), key.Hash, Enum.Parse<Role>(arguments.GetRequiredValue(_role), ignoreCase: true),
            [.. collections.Distinct()], arguments.GetValue(_requestsPerSecond), DateTimeOffset.UtcNow);
        var file = KeyFileOption.Resolve(arguments.GetValue(_file));
        KeyFile.Change(file, records => [.. records, record]);
        if (terminal.IsJson)
        {
            terminal.WriteJson(new { Key = key.Reveal(), record.Id, record.Name, Role = arguments.GetValue(_role), record.Collections, record.RequestsPerSecond, File = file });
        }
        else
        {
            terminal.WriteReportLine(key.Reveal());
            terminal.WriteProgressLine($"This is shown once. The gateway takes it when it is started with {KeyFileOption.Setting(file)}; callers send 'authorization: Bearer KEY'.");
        }

        return Task.FromResult(ExitCode.Done);
    }
}
