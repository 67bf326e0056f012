using System.CommandLine;
using Delg.Cli.CommandLine;
using Delg.Cli.Connection;
using Delg.Cli.Output;
using Delg.V1;
using Spectre.Console;

namespace Delg.Cli.List;

/// <summary><c>delg list</c>: the collections, or the pictures of one.</summary>
internal sealed class ListCommand : VerbCommand
{
    private readonly Argument<string?> _collection = new("COLLECTION")
    {
        Description = "Collection whose pictures are listed, by id. Left out: the collections are.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _filter = new("--filter")
    {
        Description = "Only pictures whose metadata this keeps, e.g. 'city = \"Oslo\" AND year >= 1990'.",
        HelpName = "FILTER",
    };

    private readonly Option<int> _limit = new("--limit") { Description = "Pictures at most, 1 to 1000; the answer says how to go on.", DefaultValueFactory = _ => 100, HelpName = "N" };

    private readonly Option<string?> _page = new("--page") { Description = "Go on where an earlier list ended: its next_page_token.", HelpName = "TOKEN" };

    private readonly ServerArguments _server;

    public ListCommand()
        : base("list", "List the collections, or the pictures of one.", "delg list", "delg list default --limit 20", "delg list holidays --filter 'year >= 1990' --json")
    {
        Add(_collection);
        Add(_filter);
        Add(_limit);
        Add(_page);
        _limit.Within(1, 1000);
        _server = new ServerArguments(this, withCollection: false);
        Validators.Add(result =>
        {
            if (result.GetResult(_collection) is not { Tokens.Count: > 0 } && (result.GetResult(_filter) is not null || result.GetResult(_page) is not null))
                result.AddError("--filter and --page go with a COLLECTION.");
        });
    }

    protected override async Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        await using var connection = await _server.OpenAsync(arguments, terminal, cancellation);
        if (arguments.GetValue(_collection) is not { } collection)
        {
            WriteCollections(terminal, await connection.Client.ListCollectionsAsync(cancellation));
            return ExitCode.Done;
        }

        var request = new ListImagesRequest
        {
            Collection = collection,
            Filter = arguments.GetValue(_filter) ?? "",
            PageSize = arguments.GetRequiredValue(_limit),
            PageToken = arguments.GetValue(_page) ?? "",
        };
        WriteImages(terminal, collection, await connection.Client.Service.ListImagesAsync(request, cancellationToken: cancellation));
        return ExitCode.Done;
    }

    private static void WriteCollections(Terminal terminal, IReadOnlyList<Collection> collections)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(new
            {
                Collections = collections.Select(collection => new
                {
                    collection.Name,
                    Images = collection.EntryCount,
                    collection.ModelId,
                    collection.Dim,
                    CreateTime = collection.CreateTime?.ToDateTimeOffset(),
                }),
            });
            return;
        }

        var table = new Table().AddColumns("collection", "images", "model", "made");
        foreach (var collection in collections)
            table.AddRow(new Text(collection.Name), new Text($"{collection.EntryCount}"), new Text(collection.ModelId), new Text(MetadataText.Of(collection.CreateTime)));
        terminal.Report.Write(table);
    }

    private static void WriteImages(Terminal terminal, string collection, ListImagesResponse page)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(new
            {
                Collection = collection,
                Images = page.Images.Select(image => new
                {
                    image.ImageId,
                    image.ImageSize?.Width,
                    image.ImageSize?.Height,
                    Metadata = MetadataText.ToJson(image.Metadata),
                    ContentHash = Convert.ToHexStringLower(image.ContentHash.Span),
                    UpdateTime = image.UpdateTime?.ToDateTimeOffset(),
                }),
                page.NextPageToken,
            });
            return;
        }

        var table = new Table().AddColumns("image", "pixels", "indexed", "metadata");
        foreach (var image in page.Images)
        {
            var size = image.ImageSize is { } pixels ? $"{pixels.Width}×{pixels.Height}" : "-";
            table.AddRow(new Text(image.ImageId), new Text(size), new Text(MetadataText.Of(image.UpdateTime)), new Text(MetadataText.Of(image.Metadata)));
        }

        terminal.Report.Write(table);
        if (page.NextPageToken.Length > 0)
            terminal.WriteReportLine($"There are more: --page {page.NextPageToken}");
    }
}
