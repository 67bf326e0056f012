using System.Diagnostics;
using Delg.V1;
using Grpc.Core;

namespace Delg.Cli.Bench.Load;

/// <summary>The calls that load is made of.</summary>
/// <param name="system">Whom they go to.</param>
/// <param name="collection">Collection searched.</param>
/// <param name="queries">Photos asked for, in turn.</param>
/// <param name="settings">What is asked.</param>
internal sealed class LoadCalls(LoadSystem system, string collection, IReadOnlyList<LoadQuery> queries, LoadSettings settings)
{
    private const int TopK = 10;

    /// <summary>A search by features: all of it but the extractor.</summary>
    public Task<LoadCall> ByFeaturesAsync(int number, long due)
    {
        var query = QueryOf(number);
        return SearchAsync(new SearchImagesRequest { Features = new QueryFeatures { Global = query.Global, Local = query.Local } }, query, due);
    }

    /// <summary>A search by photo.</summary>
    public Task<LoadCall> ByImageAsync(int number, long due)
    {
        var query = QueryOf(number);
        return SearchAsync(new SearchImagesRequest { Image = query.Photo.Image }, query, due);
    }

    /// <summary>What a search by features asks of the services, without a gateway: first the index, then the verifier.</summary>
    public async Task<LoadCall> WithoutGatewayAsync(int number, long due)
    {
        var query = QueryOf(number);
        var options = Options();
        return await CountAsync(due, async () =>
        {
            var search = new SearchEntriesRequest { Collection = collection, Queries = { query.Global }, TopK = settings.Candidates };
            var start = Stopwatch.GetTimestamp();
            var neighbors = (await system.GlobalIndex.SearchEntriesAsync(search, options)).Results[0].Neighbors;
            var searched = Stopwatch.GetTimestamp();
            var verify = new VerifyCandidatesRequest { Collection = collection, Query = query.Local };
            verify.Candidates.AddRange(neighbors.Select(neighbor => new VerificationCandidate { ImageId = neighbor.ImageId }));
            await system.LocalVerifier.VerifyCandidatesAsync(verify, options);
            var stages = new LoadStages(0, Stopwatch.GetElapsedTime(start, searched).TotalMilliseconds, Stopwatch.GetElapsedTime(searched).TotalMilliseconds);
            return new LoadCall(LoadOutcome.Answered, 0, stages, IsRight: neighbors[0].ImageId == query.Photo.ImageId);
        });
    }

    private async Task<LoadCall> SearchAsync(SearchImagesRequest request, LoadQuery query, long due)
    {
        request.Collection = collection;
        request.TopK = TopK;
        request.RerankDepth = settings.Candidates;
        request.IncludeTimings = true;
        return await CountAsync(due, async () =>
        {
            var sent = Stopwatch.GetTimestamp();
            var answer = await system.Gateway.SearchImagesAsync(request, Options());
            var milliseconds = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
            var stages = LoadStages.Of(answer.Timings);
            return new LoadCall(LoadOutcome.Answered, 0, stages, milliseconds - stages.SumMs(), answer.Hits[0].ImageId == query.Photo.ImageId);
        });
    }

    private static async Task<LoadCall> CountAsync(long due, Func<Task<LoadCall>> call)
    {
        LoadCall ended;
        try
        {
            ended = await call();
        }
        catch (RpcException failure)
        {
            ended = new LoadCall(
                failure.StatusCode switch
                {
                    StatusCode.ResourceExhausted => LoadOutcome.Rejected,
                    StatusCode.DeadlineExceeded => LoadOutcome.Late,
                    _ => LoadOutcome.Failed,
                },
                0);
        }

        return ended with { Milliseconds = Stopwatch.GetElapsedTime(due).TotalMilliseconds };
    }

    private CallOptions Options() => new(deadline: DateTime.UtcNow.AddSeconds(settings.DeadlineSeconds));

    private LoadQuery QueryOf(int number) => queries[number % queries.Count];
}
