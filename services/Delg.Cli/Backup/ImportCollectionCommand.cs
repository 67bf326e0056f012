using System.CommandLine;
using System.Diagnostics;
using Delg.Cli.CommandLine;
using Delg.Cli.Connection;
using Delg.Cli.Index;
using Delg.Cli.Output;
using Delg.Contracts.Client;
using Delg.V1;

namespace Delg.Cli.Backup;

/// <summary><c>delg import collection</c>: a collection out of a file of <c>delg export</c>.</summary>
internal sealed class ImportCollectionCommand : VerbCommand
{
    private readonly Argument<FileInfo> _file = new("FILE") { Description = "Backup file of 'delg export'." };

    private readonly Option<string?> _as = new("--as") { Description = "Name of the collection to make. Default: the one it had.", HelpName = "NAME" };

    private readonly Option<bool> _merge = new("--merge") { Description = "Add to a collection that holds pictures already; those of the same id are replaced." };

    private readonly ServerArguments _server;

    public ImportCollectionCommand()
        : base(
            "collection",
            "Make a collection again from a file of 'delg export', without photos and without extraction. The whole file is checked before anything is written; a damaged one, " +
            "or one of another model than the server's, is refused. An import that broke off is finished by the same command with --merge.",
            "delg import collection holidays.delg",
            "delg import collection holidays.delg --as holidays-2 --server http://127.0.0.1:5100")
    {
        Add(_file);
        Add(_as);
        Add(_merge);
        _server = new ServerArguments(this, withCollection: false);
    }

    protected override async Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        using var backup = BackupReader.Open(arguments.GetRequiredValue(_file).FullName, cancellation);
        var name = arguments.GetValue(_as) ?? backup.Collection.Name;
        await using var connection = await _server.OpenAsync(arguments, terminal, cancellation);
        var isNew = await PrepareAsync(connection.Client, name, backup.Collection, arguments.GetValue(_merge), cancellation);
        var import = new CollectionImport(connection.Client, name);
        try
        {
            await import.RunAsync(backup, terminal, cancellation);
        }
        catch
        {
            if (import.Imported > 0 || isNew)
                terminal.WriteProgressLine($"{import.Imported} of {backup.Images} pictures are in collection '{name}'; the same command with --merge goes on.");
            throw;
        }

        IngestReport.WriteFailures(import.Failures, terminal);
        if (terminal.IsJson)
            terminal.WriteJson(new { Collection = name, backup.Collection.ModelId, Images = import.Imported, Seconds = watch.Elapsed.TotalSeconds, Failed = import.Failures });
        else
            terminal.WriteReportLine($"{import.Imported} of {backup.Images} pictures in collection '{name}' after {Duration.InWords(watch.Elapsed)}.");
        return import.Failures.Count == 0 ? ExitCode.Done : import.Imported == 0 ? ExitCode.Failed : ExitCode.DoneInPart;
    }

    /// <summary>Makes the collection, or sees that the one there takes the backup.</summary>
    /// <returns>Whether it was made.</returns>
    private static async Task<bool> PrepareAsync(DelgClient client, string name, Collection backup, bool merge, CancellationToken cancellation)
    {
        var there = (await client.ListCollectionsAsync(cancellation)).FirstOrDefault(collection => collection.Name == name);
        if (there is { EntryCount: > 0 } && !merge)
            throw new CommandFailedException($"Collection '{name}' holds {there.EntryCount} pictures. Name another with --as, or say --merge to add to it.");
        var target = there ?? await client.CreateCollectionAsync(name, backup.Storage, cancellation);
        if (target.ModelId == backup.ModelId)
            return there is null;
        if (there is null)
            await client.DeleteCollectionAsync(name, cancellation: cancellation);
        throw new CommandFailedException(
            $"The backup is of model '{backup.ModelId}', {(there is null ? "the server has loaded" : $"collection '{name}' is of")} '{target.ModelId}'. Nothing was imported.");
    }
}
