using System.Collections.Concurrent;
using System.CommandLine;
using Delg.Cli.CommandLine;
using Delg.Cli.Connection;
using Delg.Cli.Output;
using Delg.Contracts.Client;
using Delg.V1;

namespace Delg.Cli.Delete;

/// <summary><c>delg delete</c>: pictures out of a collection, or the collection.</summary>
internal sealed class DeleteCommand : VerbCommand
{
    /// <summary>Pictures deleted at once.</summary>
    private const int Together = 8;

    private readonly Argument<string[]> _ids = new("ID") { Description = "Ids of pictures.", Arity = ArgumentArity.ZeroOrMore };

    private readonly Option<string?> _filter = new("--filter") { Description = "All pictures whose metadata this keeps.", HelpName = "FILTER" };

    private readonly Option<bool> _whole = new("--whole-collection") { Description = "The collection itself with all its pictures; needs --yes." };

    private readonly Option<bool> _yes = new("--yes") { Description = "The whole collection is meant." };

    private readonly ServerArguments _server;

    public DeleteCommand()
        : base(
            "delete",
            "Delete pictures by id or by filter, or a whole collection. The files that were indexed are not touched. Ends with 3 when some ids were not there, with 1 when " +
            "none was.",
            "delg delete holidays/017.jpg holidays/018.jpg",
            "delg delete --collection holidays --filter 'year < 1990'",
            "delg delete --collection holidays --whole-collection --yes")
    {
        Add(_ids);
        Add(_filter);
        Add(_whole);
        Add(_yes);
        _server = new ServerArguments(this);
        Validators.Add(result =>
        {
            var hasIds = result.GetResult(_ids) is { Tokens.Count: > 0 };
            var hasFilter = result.GetResult(_filter) is not null;
            var isWhole = result.GetResult(_whole)?.GetValueOrDefault<bool>() ?? false;
            if ((hasIds ? 1 : 0) + (hasFilter ? 1 : 0) + (isWhole ? 1 : 0) != 1)
                result.AddError("Name ids, or --filter, or --whole-collection.");
            if (isWhole && !(result.GetResult(_yes)?.GetValueOrDefault<bool>() ?? false))
                result.AddError("--whole-collection deletes every picture of the collection: say --yes as well.");
            if (hasFilter && string.IsNullOrWhiteSpace(result.GetValue(_filter)))
                result.AddError("--filter is empty; for every picture say --whole-collection.");
        });
    }

    protected override async Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var collection = _server.Collection(arguments);
        await using var connection = await _server.OpenAsync(arguments, terminal, cancellation);
        var client = connection.Client;
        if (arguments.GetValue(_whole))
        {
            var images = (await client.ListCollectionsAsync(cancellation)).FirstOrDefault(known => known.Name == collection)?.EntryCount ?? 0;
            await client.DeleteCollectionAsync(collection, cancellation: cancellation);
            return Write(terminal, collection, images, []);
        }

        if (arguments.GetValue(_filter) is { } filter)
        {
            var done = await client.DeleteImagesAsync(new DeleteImagesRequest { Collection = collection, Filter = filter }, cancellation);
            return Write(terminal, collection, done.DeletedCount, []);
        }

        string[] ids = [.. arguments.GetRequiredValue(_ids).Distinct(StringComparer.Ordinal)];
        var missing = await DeleteAsync(client, collection, ids, cancellation);
        return Write(terminal, collection, ids.Length - missing.Count, missing);
    }

    /// <returns>The ids that were not there.</returns>
    private static async Task<IReadOnlyList<string>> DeleteAsync(DelgClient client, string collection, string[] ids, CancellationToken cancellation)
    {
        var missing = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = cancellation }, async (id, stop) =>
        {
            if (!await client.DeleteImageAsync(id, collection, stop))
                missing.Add(id);
        });
        return [.. missing.Order(StringComparer.Ordinal)];
    }

    private static ExitCode Write(Terminal terminal, string collection, long deleted, IReadOnlyList<string> missing)
    {
        foreach (var id in missing)
            terminal.WriteProgressLine($"{id}: not in collection '{collection}'");
        if (terminal.IsJson)
            terminal.WriteJson(new { Collection = collection, Deleted = deleted, Missing = missing });
        else
            terminal.WriteReportLine($"{deleted} pictures deleted from '{collection}'{(missing.Count > 0 ? $", {missing.Count} were not there" : "")}.");
        return missing.Count == 0 ? ExitCode.Done : deleted == 0 ? ExitCode.Failed : ExitCode.DoneInPart;
    }
}
