using System.CommandLine;
using Delg.Cli.CommandLine;
using Delg.Cli.Output;
using Delg.Gateway.Access.Keys;

namespace Delg.Cli.Key;

/// <summary><c>delg key revoke</c>: a key is taken no longer.</summary>
internal sealed class KeyRevokeCommand : VerbCommand
{
    private readonly Argument<string> _id = new("ID") { Description = "The key's id: what stands between its first two underscores, and in 'delg key list'." };

    private readonly Option<FileInfo?> _file = KeyFileOption.Create();

    public KeyRevokeCommand()
        : base("revoke", "Take an API key out of the file. A running gateway refuses it within seconds.", "delg key revoke 1f0c9a77e2b4")
    {
        Add(_id);
        Add(_file);
    }

    protected override Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var id = arguments.GetRequiredValue(_id);
        var file = KeyFileOption.Resolve(arguments.GetValue(_file));
        // Not made only to say that it has no such key.
        if (!KeyFile.Read(file).Any(record => record.Id == id))
            throw new CommandFailedException($"'{file}' has no key '{id}'.");
        KeyFile.Change(file, records => [.. records.Where(record => record.Id != id)]);
        if (terminal.IsJson)
            terminal.WriteJson(new { Revoked = id, File = file });
        else
            terminal.WriteReportLine($"Revoked {id}.");
        return Task.FromResult(ExitCode.Done);
    }
}
