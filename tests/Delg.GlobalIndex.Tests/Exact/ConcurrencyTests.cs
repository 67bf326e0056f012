namespace Delg.GlobalIndex.Tests.Exact;

/// <summary>
/// Several writers and readers at once. Each batch writes the same "generation" vector under a writer's ids, so that a reader can tell a half-applied
/// batch: the ids of one writer must all point the same way at any moment, and never back to an older generation.
/// </summary>
public sealed class ConcurrencyTests
{
    private const int Writers = 4;
    private const int IdsPerWriter = 30;
    private const int Generations = 40;
    private const int Dim = 2;

    [Fact]
    public async Task WritersAndSearchers_Together_SeeWholeBatchesInOrder()
    {
        using var folder = new TemporaryFolder();
        await using var index = OpenIndex.At(folder.Path);
        var collection = await index.CreateAsync("photos", Dim);
        var acknowledged = new int[Writers];
        using var done = new CancellationTokenSource();

        async Task WriteAsync(int writer)
        {
            for (var generation = 1; generation <= Generations; generation++)
            {
                var vector = Direction(generation);
                await index.PutAsync(collection, Enumerable.Range(0, IdsPerWriter).Select(i => ($"{writer}-{i}", vector)));
                Volatile.Write(ref acknowledged[writer], generation);
                // Ids of nobody's batch come and go between.
                await index.PutAsync(collection, ($"z-{writer}", vector));
                await index.DeleteAsync("photos", [$"z-{writer}"], TestContext.Current.CancellationToken);
            }
        }

        async Task<int> SearchAsync()
        {
            var searches = 0;
            for (; !done.IsCancellationRequested || searches == 0; searches++)
            {
                var before = Enumerable.Range(0, Writers).Select(writer => Volatile.Read(ref acknowledged[writer])).ToArray();
                var found = (await index.FindAsync(collection, [[1, 0]], topK: 1000))[0].Neighbors;
                Assert.Equal(found.Count, found.DistinctBy(neighbor => neighbor.ImageId).Count());
                for (var writer = 0; writer < Writers; writer++)
                {
                    var own = found.Where(neighbor => neighbor.ImageId.StartsWith($"{writer}-", StringComparison.Ordinal)).ToList();
                    Assert.True(own.Count == IdsPerWriter || (own.Count == 0 && before[writer] == 0));
                    if (own.Count == 0)
                        continue;
                    Assert.Single(own.Select(neighbor => neighbor.Similarity).Distinct());
                    Assert.True(GenerationOf(own[0].Similarity) >= before[writer]);
                }
            }

            return searches;
        }

        var searchers = Enumerable.Range(0, 3).Select(_ => Task.Run(SearchAsync)).ToList();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(WriteAsync));
        await done.CancelAsync();

        Assert.All(await Task.WhenAll(searchers), searches => Assert.True(searches > 0));
        Assert.Equal(Writers * IdsPerWriter, (await index.GetCollectionAsync("photos", TestContext.Current.CancellationToken)).EntryCount);
    }

    // A larger generation is a larger angle to the query.
    private static float[] Direction(int generation) => [MathF.Cos(0.02f * generation), MathF.Sin(0.02f * generation)];

    private static int GenerationOf(float similarity) => (int)MathF.Round(MathF.Acos(similarity) / 0.02f);
}
