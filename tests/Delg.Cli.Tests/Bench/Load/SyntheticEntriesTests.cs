using Delg.Cli.Bench.Load;
using Delg.V1;
using Google.Protobuf;

namespace Delg.Cli.Tests.Bench.Load;

public sealed class SyntheticEntriesTests
{
    private const int Dim = 256;

    private static readonly LoadSettings _settings = new()
    {
        Entries = 100,
        NearEntries = 12,
        FarFeatures = 3,
        Queries = 2,
        Candidates = 8,
        DeadlineSeconds = 1,
        RecoverySeconds = 1,
    };

    private static readonly SyntheticEntries _entries = new(_settings, [Query(0), Query(1)], [Features(10), Features(2)]);

    [Fact]
    public void Global_AnyEntry_IsAUnitVectorAndTheSameEachTime() => Assert.All(Enumerable.Range(0, 100), number =>
    {
        Assert.Equal(1, _entries.Global(number).Values.Sum(value => (double)value * value), 4);
        Assert.Equal(_entries.Global(number), _entries.Global(number));
    });

    [Fact]
    public void Global_NearEntries_AreMoreOfAQuerysNearestThanItsCandidates()
    {
        foreach (var query in Enumerable.Range(0, 2))
        {
            var nearest = Enumerable.Range(0, 100).OrderByDescending(number => Cosine(_entries.Global(number), Query(query).Global)).Take(_settings.Candidates);

            Assert.All(nearest, number => Assert.True(number < _settings.NearEntries * 2 && number % 2 == query));
        }
    }

    [Fact]
    public void Local_NearAndFar_HaveAllFeaturesOrTheStrongestFew()
    {
        Assert.Equal(10, _entries.Local(0).Scores.Count);
        var far = _entries.Local(24);
        Assert.Equal((3, 6, 3, 3 * 16), (far.Scores.Count, far.Positions.Count, far.Scales.Count, far.Descriptors.Length));
        Assert.Equal(Features(10).Scores.Take(3), far.Scores);
        // Fewer than asked for: all there are.
        Assert.Equal(2, _entries.Local(25).Scores.Count);
    }

    private static LoadQuery Query(int axis)
    {
        var values = new float[Dim];
        values[axis] = 1;
        return new LoadQuery(new LoadPhoto($"{axis}", ByteString.Empty), new GlobalDescriptor { Values = { values } }, new LocalFeatures());
    }

    private static LocalFeatures Features(int count)
    {
        var features = new LocalFeatures { Encoding = DescriptorEncoding.Binary, Dim = 128, Descriptors = ByteString.CopyFrom(new byte[16 * count]) };
        features.Positions.AddRange(Enumerable.Repeat(1f, 2 * count));
        features.Scales.AddRange(Enumerable.Repeat(1f, count));
        features.Scores.AddRange(Enumerable.Range(0, count).Select(i => 1f / (i + 1)));
        return features;
    }

    private static double Cosine(GlobalDescriptor a, GlobalDescriptor b) => a.Values.Zip(b.Values, (x, y) => (double)x * y).Sum();
}
