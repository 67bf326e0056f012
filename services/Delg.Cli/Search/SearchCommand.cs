using System.CommandLine;
using Delg.Cli.CommandLine;
using Delg.Cli.Connection;
using Delg.Cli.Output;
using Delg.V1;
using Google.Protobuf;
using Spectre.Console;

namespace Delg.Cli.Search;

/// <summary><c>delg search</c>: what shows the same thing as a picture.</summary>
internal sealed class SearchCommand : VerbCommand
{
    private const string Fused = "fused";
    private const string Published = "published";

    private readonly Argument<FileInfo?> _file = new("FILE")
    {
        Description = "The picture to look for. Or give --id.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _id = new("--id") { Description = "Look for an indexed picture instead; it is left out of its own answer.", HelpName = "ID" };

    private readonly Option<int> _topK = new("--top-k") { Description = "Hits at most, 1 to 1000.", DefaultValueFactory = _ => 10, HelpName = "K" };

    private readonly Option<int> _rerankDepth = new("--rerank-depth")
    {
        Description = "Candidates of the global search that are verified geometrically, 0 to 1000; 0: none.",
        DefaultValueFactory = _ => 100,
        HelpName = "N",
    };

    private readonly Option<string> _ranking = new("--ranking")
    {
        Description = $"Order of the answer: {Fused} (similarity plus effective inliers) or {Published} (inliers, then similarity).",
        DefaultValueFactory = _ => Fused,
    };

    private readonly Option<string?> _region = new("--region") { Description = "Look only for this part of the picture, pixels.", HelpName = "x,y,w,h" };

    private readonly Option<string?> _filter = new("--filter")
    {
        Description = "Find only pictures whose metadata this keeps, e.g. 'city = \"Oslo\" AND year >= 1990'.",
        HelpName = "FILTER",
    };

    private readonly Option<float?> _minSimilarity = new("--min-similarity") { Description = "Leave out hits below this cosine similarity, -1 to 1.", HelpName = "S" };

    private readonly Option<uint> _minInliers = new("--min-inliers") { Description = "Leave out hits with fewer effective inliers.", HelpName = "N" };

    private readonly Option<bool> _expand = new("--expand") { Description = "Search a second time, with what the first search verified." };

    private readonly Option<bool> _hideDuplicates = new("--hide-duplicates") { Description = "Fold hits that show the same as a better one under it." };

    private readonly ServerArguments _server;

    public SearchCommand()
        : base(
            "search",
            "Find the indexed pictures that show the same thing as a picture.",
            "delg search photo.jpg",
            "delg search photo.jpg --region 120,40,300,200 --top-k 5",
            "delg search photo.jpg --filter 'year >= 1990' --min-inliers 12 --hide-duplicates",
            "delg search --id holidays/017.jpg --rerank-depth 0")
    {
        _ranking.AcceptOnlyFromAmong(Fused, Published);
        Add(_file);
        Add(_id);
        Add(_topK);
        Add(_rerankDepth);
        Add(_ranking);
        Add(_region);
        Add(_filter);
        Add(_minSimilarity);
        Add(_minInliers);
        Add(_expand);
        Add(_hideDuplicates);
        _server = new ServerArguments(this);
        Validators.Add(result =>
        {
            var hasFile = result.GetResult(_file) is { Tokens.Count: > 0 };
            var hasId = result.GetResult(_id) is not null;
            if (hasFile == hasId)
                result.AddError("Name either FILE or --id.");
        });
    }

    protected override async Task<ExitCode> RunAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellation)
    {
        var request = new SearchImagesRequest
        {
            Collection = _server.Collection(arguments),
            TopK = arguments.GetRequiredValue(_topK),
            RerankDepth = arguments.GetRequiredValue(_rerankDepth),
            Ranking = arguments.GetRequiredValue(_ranking) == Published ? Ranking.Published : Ranking.Fused,
            Region = arguments.GetValue(_region) is { } region ? RegionText.Parse(region) : null,
            Filter = arguments.GetValue(_filter) ?? "",
            MinEffectiveInliers = arguments.GetValue(_minInliers),
            Expansion = arguments.GetValue(_expand) ? new QueryExpansion() : null,
            HideDuplicates = arguments.GetValue(_hideDuplicates) ? new HideDuplicates() : null,
            IncludeTimings = true,
        };
        if (arguments.GetValue(_minSimilarity) is { } similarity)
            request.MinSimilarity = similarity;
        if (arguments.GetValue(_file) is { } file)
            request.Image = UnsafeByteOperations.UnsafeWrap(await File.ReadAllBytesAsync(file.FullName, cancellation));
        else
            request.ImageId = arguments.GetRequiredValue(_id);

        await using var connection = await _server.OpenAsync(arguments, terminal, cancellation);
        var answer = await connection.Client.SearchAsync(request, cancellation);
        Write(terminal, answer);
        return ExitCode.Done;
    }

    private static void Write(Terminal terminal, SearchImagesResponse answer)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(new
            {
                Ranking = answer.Ranking == Ranking.Published ? Published : Fused,
                answer.CandidateCount,
                Hits = answer.Hits.Select(HitReport.Of),
                answer.Timings?.ExtractMs,
                answer.Timings?.SearchMs,
                answer.Timings?.VerifyMs,
                answer.Timings?.TotalMs,
            });
            return;
        }

        terminal.Report.Write(TableOf(answer));
        if (answer.Timings is { } time)
        {
            terminal.WriteReportLine(
                $"{answer.CandidateCount} candidates; extract {time.ExtractMs:0} ms, search {time.SearchMs:0} ms, verify {time.VerifyMs:0} ms, total {time.TotalMs:0} ms");
        }
    }

    private static Table TableOf(SearchImagesResponse answer)
    {
        var table = new Table().AddColumns("#", "image", "score", "similarity", "inliers", "effective", "verified");
        foreach (var (rank, hit) in answer.Hits.Index())
        {
            var pair = hit.Verification;
            table.AddRow(
                new Text($"{rank + 1}"),
                new Text(hit.ImageId),
                new Text($"{hit.Score:0.000}"),
                new Text($"{hit.Similarity:0.000}"),
                new Text(pair is null ? "-" : $"{pair.Inliers}"),
                new Text(pair is null ? "-" : $"{pair.EffectiveInliers}"),
                new Text(pair is null ? "-" : pair.Verified ? "yes" : "no"));
        }

        return table;
    }
}
