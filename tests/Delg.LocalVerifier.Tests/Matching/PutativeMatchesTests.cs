using Delg.Contracts.Descriptors;
using Delg.LocalVerifier.Matching;
using Delg.LocalVerifier.Matching.Kernels;
using Delg.V1;
using Google.Protobuf;

namespace Delg.LocalVerifier.Tests.Matching;

public class PutativeMatchesTests
{
    private static readonly DescriptorEncoding[] _encodings = [DescriptorEncoding.Float32, DescriptorEncoding.Int8, DescriptorEncoding.Binary];

    public static TheoryData<DescriptorEncoding, int, int, int> Shapes()
    {
        var shapes = new TheoryData<DescriptorEncoding, int, int, int>();
        foreach (var encoding in _encodings)
        {
            foreach (var (queries, candidates, dim) in new[] { (1, 1, 128), (31, 13, 128), (64, 12, 64), (100, 77, 40), (257, 301, 128), (33, 5, 1024), (65, 25, 8) })
                shapes.Add(encoding, queries, candidates, dim);
        }

        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Find_AnyShape_AgreesWithExhaustiveSearch(DescriptorEncoding encoding, int queries, int candidates, int dim)
    {
        var random = new Random(queries + candidates + dim);
        // From descriptors that share nothing to ones that are nearly the same, so that limits, bounds and ties all come into play.
        foreach (var common in new[] { 0, 0.3f, 0.95f })
        {
            var query = RandomSet(random, queries, dim, encoding, common);
            var candidate = RandomSet(random, candidates, dim, encoding, common);
            foreach (var maxDistance in new[] { 0.4f, 1, 1.3f, 2 })
            {
                foreach (var mutual in new[] { true, false })
                {
                    var settings = VerificationSettings.Fused with { MaxDescriptorDistance = maxDistance, Mutual = mutual };
                    var expected = Exhaustive(query, candidate, settings);
                    foreach (var path in SupportedPaths())
                        Assert.Equal(expected, Found(query, candidate, settings, path));
                }
            }
        }
    }

    [Theory]
    [InlineData(DescriptorEncoding.Float32)]
    [InlineData(DescriptorEncoding.Int8)]
    [InlineData(DescriptorEncoding.Binary)]
    public void Find_EveryInstructionPath_GivesTheSameBits(DescriptorEncoding encoding)
    {
        var pair = SyntheticPair.Create(700, 200, seed: 3, encoding, common: 0.4f);
        var portable = Found(pair.Query, pair.Candidate, VerificationSettings.Fused, InstructionPath.Portable);
        Assert.InRange(portable.Count, 190, 700);
        foreach (var path in SupportedPaths())
            Assert.Equal(portable, Found(pair.Query, pair.Candidate, VerificationSettings.Fused, path));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.6f, 0.6f)]
    [InlineData(0.95f, 0.95f)]
    [InlineData(0, 0.95f)]
    public void Find_ManyBinaryFeaturesFewOrManyOfThemNear_AgreesWithExhaustiveSearch(float firstCommon, float restCommon)
    {
        // More queries than a panel has lanes, more candidates than a block has rows, and some whose first features do not tell what the rest is like.
        const int Dim = SyntheticPair.Dim;
        var random = new Random(6);
        var query = RandomSet(random, 530, Dim, DescriptorEncoding.Binary, restCommon);
        byte[] descriptors =
        [
            .. RandomSet(random, 300, Dim, DescriptorEncoding.Binary, firstCommon).Descriptors,
            .. RandomSet(random, 300, Dim, DescriptorEncoding.Binary, restCommon).Descriptors,
            .. query.Descriptors[^(20 * Dim / 8)..],
        ];
        var candidate = FeatureSet.From(Message(DescriptorEncoding.Binary, Dim, descriptors, 620));
        foreach (var mutual in new[] { true, false })
        {
            var settings = VerificationSettings.Fused with { Mutual = mutual };
            var expected = Exhaustive(query, candidate, settings);
            Assert.InRange(expected.Count, 1, 530);
            foreach (var path in SupportedPaths())
                Assert.Equal(expected, Found(query, candidate, settings, path));
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(64, 7)]
    [InlineData(65, 8)]
    [InlineData(511, 9)]
    [InlineData(512, 513)]
    [InlineData(1025, 30)]
    public void Find_BinaryOfAnyCountAndLimit_AgreesWithExhaustiveSearch(int queries, int candidates)
    {
        // Distances all around the limits, and many of them the same; limits from no bit to more than planes can count.
        var random = new Random(queries);
        var all = RandomSet(random, queries + candidates, SyntheticPair.Dim, DescriptorEncoding.Binary, common: 0.3f).Descriptors.ToArray();
        var query = FeatureSet.From(Message(DescriptorEncoding.Binary, SyntheticPair.Dim, all[..(queries * SyntheticPair.Dim / 8)], queries));
        all.AsSpan(0, SyntheticPair.Dim / 8).CopyTo(all.AsSpan(queries * SyntheticPair.Dim / 8));
        var candidate = FeatureSet.From(Message(DescriptorEncoding.Binary, SyntheticPair.Dim, all[(queries * SyntheticPair.Dim / 8)..], candidates));
        foreach (var maxDistance in new[] { 0.01f, 0.9f, 1, 1.38f, 1.42f, 2 })
        {
            foreach (var mutual in new[] { true, false })
            {
                var settings = VerificationSettings.Fused with { Mutual = mutual, MaxDescriptorDistance = maxDistance };
                var expected = Exhaustive(query, candidate, settings);
                Assert.Contains((0, 0, 0f), expected);
                foreach (var path in SupportedPaths())
                    Assert.Equal(expected, Found(query, candidate, settings, path));
            }
        }
    }

    [Theory]
    [InlineData(DescriptorEncoding.Float32)]
    [InlineData(DescriptorEncoding.Int8)]
    [InlineData(DescriptorEncoding.Binary)]
    public void Find_EqualDescriptors_TakesTheLowestIndex(DescriptorEncoding encoding)
    {
        var rows = Enumerable.Repeat(1f, 150 * 64).ToArray();
        var set = FeatureSet.From("m", 10, 10, new float[300], rows, 64, encoding);
        foreach (var path in SupportedPaths())
        {
            Assert.Equal([(0, 0, 0f)], Found(set, set, VerificationSettings.Fused, path));
            Assert.Equal(
                Enumerable.Range(0, 150).Select(query => (query, 0, 0f)),
                Found(set, set, VerificationSettings.Fused with { Mutual = false }, path));
        }
    }

    [Fact]
    public void Find_OneComponentHoldsAll_IsStillExact()
    {
        // Rounding cuts such components, so that the bounds say little and exact products must.
        var random = new Random(4);
        foreach (var encoding in new[] { DescriptorEncoding.Float32, DescriptorEncoding.Int8 })
        {
            var (query, candidate) = (Spiky(random, 150, encoding), Spiky(random, 130, encoding));
            foreach (var maxDistance in new[] { 0.3f, 1, 2 })
            {
                var settings = VerificationSettings.Fused with { MaxDescriptorDistance = maxDistance };
                var expected = Exhaustive(query, candidate, settings);
                foreach (var path in SupportedPaths())
                    Assert.Equal(expected, Found(query, candidate, settings, path));
            }
        }
    }

    [Theory]
    [InlineData(1e-30f)]
    [InlineData(1e30f)]
    public void Find_AnyLengthOfFloats_ComparesDirections(float length)
    {
        var pair = SyntheticPair.Create(100, 60, seed: 8);
        var scaled = FeatureSet.From(Message(DescriptorEncoding.Float32, 128, [.. Components(pair.Candidate).Select(value => value * length)], 100));
        Assert.Equal(
            Found(pair.Query, pair.Candidate, VerificationSettings.Fused, InstructionPaths.Best).Select(match => (match.Query, match.Candidate)),
            Found(pair.Query, scaled, VerificationSettings.Fused, InstructionPaths.Best).Select(match => (match.Query, match.Candidate)));
    }

    [Fact]
    public void Find_ExtremeInt8_SumsExactly()
    {
        var bytes = Enumerable.Repeat(unchecked((byte)(sbyte)-128), 1024).ToArray();
        var set = FeatureSet.From(Message(DescriptorEncoding.Int8, 1024, bytes, 1));
        Assert.Equal(128.0 * 128 * 1024, DescriptorProducts.Dot(set.Descriptor(0), set.Descriptor(0), DescriptorEncoding.Int8));
        foreach (var path in SupportedPaths())
            Assert.Equal([(0, 0, 0f)], Found(set, set, VerificationSettings.Fused, path));
    }

    [Theory]
    [InlineData(DescriptorEncoding.Float32)]
    [InlineData(DescriptorEncoding.Binary)]
    public void Find_SmallerPairAfterLarger_ForgetsTheLarger(DescriptorEncoding encoding)
    {
        var random = new Random(9);
        var matches = new PutativeMatches();
        var settings = VerificationSettings.Fused with { MaxDescriptorDistance = 2 };
        matches.Find(RandomSet(random, 200, 128, encoding), RandomSet(random, 200, 128, encoding), settings, InstructionPaths.Best, TestContext.Current.CancellationToken);
        var query = RandomSet(random, 20, 64, encoding);
        var candidate = RandomSet(random, 7, 64, encoding);
        matches.Find(query, candidate, settings, InstructionPaths.Best, TestContext.Current.CancellationToken);
        Assert.Equal(Exhaustive(query, candidate, settings), List(matches));
    }

    [Theory]
    [InlineData(DescriptorEncoding.Float32)]
    [InlineData(DescriptorEncoding.Int8)]
    [InlineData(DescriptorEncoding.Binary)]
    public void Find_RatioTest_KeepsWhatASecondNeighborIsFarFrom(DescriptorEncoding encoding)
    {
        var pair = SyntheticPair.Create(200, 80, seed: 5, encoding, common: 0.5f);
        var all = Exhaustive(pair.Query, pair.Candidate, VerificationSettings.Fused);
        foreach (var ratio in new[] { 0.5f, 0.8f, 0.95f })
        {
            var settings = VerificationSettings.Fused with { MaxDistanceRatio = ratio };
            var expected = all.Where(match => match.Distance < ratio * Distances(pair.Query, match.Query, pair.Candidate).Where((_, i) => i != match.Candidate).Min()).ToList();
            foreach (var path in SupportedPaths())
                Assert.Equal(expected, Found(pair.Query, pair.Candidate, settings, path));
        }

        var single = SyntheticPair.Create(1, 1, seed: 5, encoding);
        Assert.Single(Found(single.Query, single.Candidate, VerificationSettings.Fused with { MaxDistanceRatio = 0.5f }, InstructionPaths.Best));
    }

    [Theory]
    [InlineData(1, 128, 128 / 3.0)]
    [InlineData(2, 128, 128)]
    [InlineData(1.41421356f, 128, 64)]
    [InlineData(0.5176381f, 64, 64 / 6.0)]
    public void HammingLimit_IsTheDistanceOfTheSameAngle(float distance, int dim, double bits) =>
        Assert.Equal(bits, PutativeMatches.HammingLimit(distance, dim), 1e-3);

    internal static IEnumerable<InstructionPath> SupportedPaths() => Enum.GetValues<InstructionPath>().Where(InstructionPaths.IsSupported);

    private static LocalFeatures Message(DescriptorEncoding encoding, int dim, byte[] descriptors, int count)
    {
        var message = new LocalFeatures
        {
            ModelId = SyntheticPair.ModelId,
            ImageSize = new ImageSize { Width = 100, Height = 100 },
            Encoding = encoding,
            Dim = (uint)dim,
            Descriptors = ByteString.CopyFrom(descriptors),
            Int8Scale = encoding == DescriptorEncoding.Int8 ? 0.01f : 0,
        };
        message.Positions.AddRange(Enumerable.Range(0, 2 * count).Select(i => (float)(i * 7 % 100)));
        message.Scales.AddRange(Enumerable.Repeat(1f, count));
        message.Scores.AddRange(Enumerable.Repeat(1f, count));
        return message;
    }

    private static LocalFeatures Message(DescriptorEncoding encoding, int dim, float[] rows, int count) =>
        Message(encoding, dim, DescriptorCodec.Encode(rows, dim, encoding, out _), count);

    private static float[] Components(FeatureSet set) => DescriptorCodec.Decode(set.Descriptors, set.Dim, set.Encoding, 1);

    private static FeatureSet RandomSet(Random random, int count, int dim, DescriptorEncoding encoding, float common = 0)
    {
        var rows = new float[count * dim];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = (float)((Math.Sqrt(1 - common) * SyntheticPair.Normal(random)) + (Math.Sqrt(common) * (i % 2 == 0 ? 1 : -1)));
        // A zero vector among them has no direction and no neighbour.
        if (count > 20)
            rows.AsSpan(5 * dim, dim).Clear();
        return FeatureSet.From(SyntheticPair.ModelId, 100, 100, new float[2 * count], rows, dim, encoding);
    }

    private static FeatureSet Spiky(Random random, int count, DescriptorEncoding encoding)
    {
        var rows = new float[count * 32];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = 0.05f * (float)SyntheticPair.Normal(random);
        for (var row = 0; row < count; row++)
            rows[(row * 32) + random.Next(32)] += random.Next(2) == 0 ? 1 : -1;
        return FeatureSet.From(SyntheticPair.ModelId, 100, 100, new float[2 * count], rows, 32, encoding);
    }

    private static List<(int Query, int Candidate, float Distance)> Found(
        FeatureSet query, FeatureSet candidate, VerificationSettings settings, InstructionPath path)
    {
        var matches = new PutativeMatches();
        matches.Find(query, candidate, settings, path, TestContext.Current.CancellationToken);
        return List(matches);
    }

    private static List<(int Query, int Candidate, float Distance)> List(PutativeMatches matches) =>
        [.. Enumerable.Range(0, matches.Count).Select(i => (matches.Query[i], matches.Candidate[i], matches.Distance[i]))];

    // The definition: every distance, the first of the least in each direction, and the limit.
    private static List<(int Query, int Candidate, float Distance)> Exhaustive(FeatureSet query, FeatureSet candidate, VerificationSettings settings)
    {
        var nearest = Enumerable.Range(0, query.Count).Select(i => First(Keys(query, i, candidate))).ToArray();
        var back = Enumerable.Range(0, candidate.Count).Select(i => First(Keys(candidate, i, query))).ToArray();
        var limit = query.Encoding == DescriptorEncoding.Binary
            ? PutativeMatches.HammingLimit(settings.MaxDescriptorDistance, query.Dim)
            : settings.MaxDescriptorDistance;
        return
        [
            .. Enumerable.Range(0, query.Count)
                .Where(i => !settings.Mutual || back[nearest[i]] == i)
                .Select(i => (i, nearest[i], Distances(query, i, candidate)[nearest[i]]))
                .Where(match => match.Item3 < limit),
        ];
    }

    private static int First(double[] keys)
    {
        var best = 0;
        for (var i = 1; i < keys.Length; i++)
        {
            if (keys[i] < keys[best])
                best = i;
        }

        return best;
    }

    // Ascending with distance, before distances are rounded to floats.
    private static double[] Keys(FeatureSet from, int feature, FeatureSet to) =>
        [.. Enumerable.Range(0, to.Count).Select(i => from.Encoding == DescriptorEncoding.Binary
            ? DescriptorProducts.Hamming(from.Descriptor(feature), to.Descriptor(i))
            : -Cosine(from, feature, to, i))];

    private static float[] Distances(FeatureSet from, int feature, FeatureSet to) =>
        [.. Keys(from, feature, to).Select(key => from.Encoding == DescriptorEncoding.Binary ? (float)key
            : double.IsPositiveInfinity(key) ? float.PositiveInfinity
            : CosineNeighbors.Distance(-key))];

    private static double Cosine(FeatureSet a, int i, FeatureSet b, int j)
    {
        var (x, y) = (DescriptorProducts.InverseLength(a.Descriptor(i), a.Encoding), DescriptorProducts.InverseLength(b.Descriptor(j), b.Encoding));
        return x == 0 || y == 0 ? double.NegativeInfinity : DescriptorProducts.Dot(a.Descriptor(i), b.Descriptor(j), a.Encoding) * x * y;
    }
}
