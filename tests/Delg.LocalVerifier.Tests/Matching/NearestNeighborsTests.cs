using System.Numerics;
using Delg.LocalVerifier.Matching;
using Delg.LocalVerifier.Matching.Kernels;
using Delg.V1;

namespace Delg.LocalVerifier.Tests.Matching;

public class NearestNeighborsTests
{
    public static TheoryData<DescriptorEncoding, int, int, int> Shapes()
    {
        var shapes = new TheoryData<DescriptorEncoding, int, int, int>();
        foreach (var encoding in new[] { DescriptorEncoding.Float32, DescriptorEncoding.Int8, DescriptorEncoding.Binary })
        {
            foreach (var (queries, candidates, dim) in new[] { (1, 1, 128), (31, 13, 128), (32, 12, 64), (100, 77, 40), (257, 301, 128), (33, 5, 1024) })
                shapes.Add(encoding, queries, candidates, dim);
        }

        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Find_AnyShape_AgreesWithExhaustiveSearch(DescriptorEncoding encoding, int queries, int candidates, int dim)
    {
        var random = new Random(queries + candidates + dim);
        var query = RandomSet(random, queries, dim, encoding);
        var candidate = RandomSet(random, candidates, dim, encoding);
        foreach (var path in SupportedPaths())
        {
            var neighbors = new NearestNeighbors();
            neighbors.Find(query, candidate, path);
            for (var q = 0; q < queries; q++)
                Assert.Equal(Nearest(query, q, candidate), neighbors.CandidateOfQuery[q]);
            for (var c = 0; c < candidates; c++)
                Assert.Equal(Nearest(candidate, c, query), neighbors.QueryOfCandidate[c]);
        }
    }

    [Theory]
    [InlineData(DescriptorEncoding.Float32)]
    [InlineData(DescriptorEncoding.Int8)]
    [InlineData(DescriptorEncoding.Binary)]
    public void Find_EveryInstructionPath_GivesTheSameBits(DescriptorEncoding encoding)
    {
        var random = new Random(3);
        var query = RandomSet(random, 403, 128, encoding);
        var candidate = RandomSet(random, 299, 128, encoding);
        var portable = new NearestNeighbors();
        portable.Find(query, candidate, InstructionPath.Portable);
        foreach (var path in SupportedPaths())
        {
            var other = new NearestNeighbors();
            other.Find(query, candidate, path);
            Assert.Equal(portable.CandidateOfQuery[..403].ToArray(), other.CandidateOfQuery[..403].ToArray());
            Assert.Equal(portable.QueryOfCandidate[..299].ToArray(), other.QueryOfCandidate[..299].ToArray());
            Assert.Equal(
                portable.Similarity[..403].ToArray().Select(BitConverter.SingleToInt32Bits),
                other.Similarity[..403].ToArray().Select(BitConverter.SingleToInt32Bits));
        }
    }

    [Theory]
    [InlineData(DescriptorEncoding.Float32)]
    [InlineData(DescriptorEncoding.Int8)]
    [InlineData(DescriptorEncoding.Binary)]
    public void Find_EqualDescriptors_TakesTheLowestIndex(DescriptorEncoding encoding)
    {
        var rows = Enumerable.Repeat(1f, 50 * 64).ToArray();
        var set = FeatureSet.From("m", 10, 10, new float[100], rows, 64, encoding);
        foreach (var path in SupportedPaths())
        {
            var neighbors = new NearestNeighbors();
            neighbors.Find(set, set, path);
            Assert.All(neighbors.CandidateOfQuery[..50].ToArray(), index => Assert.Equal(0, index));
            Assert.All(neighbors.QueryOfCandidate[..50].ToArray(), index => Assert.Equal(0, index));
        }
    }

    [Fact]
    public void Find_ExtremeInt8_SumsExactly()
    {
        var bytes = Enumerable.Repeat(unchecked((byte)(sbyte)-128), 1024).ToArray();
        var set = FeatureSet.From(Message(DescriptorEncoding.Int8, 1024, bytes, 1));
        foreach (var path in SupportedPaths())
        {
            var neighbors = new NearestNeighbors();
            neighbors.Find(set, set, path);
            Assert.Equal(128f * 128 * 1024, neighbors.Similarity[0]);
        }
    }

    [Fact]
    public void Find_SmallerPairAfterLarger_ForgetsTheLarger()
    {
        var random = new Random(9);
        var neighbors = new NearestNeighbors();
        neighbors.Find(RandomSet(random, 200, 128, DescriptorEncoding.Float32), RandomSet(random, 200, 128, DescriptorEncoding.Float32), InstructionPaths.Best);
        var query = RandomSet(random, 20, 128, DescriptorEncoding.Float32);
        var candidate = RandomSet(random, 7, 128, DescriptorEncoding.Float32);
        neighbors.Find(query, candidate, InstructionPaths.Best);
        for (var q = 0; q < 20; q++)
            Assert.Equal(Nearest(query, q, candidate), neighbors.CandidateOfQuery[q]);
    }

    internal static IEnumerable<InstructionPath> SupportedPaths() => Enum.GetValues<InstructionPath>().Where(InstructionPaths.IsSupported);

    internal static LocalFeatures Message(DescriptorEncoding encoding, int dim, byte[] descriptors, int count)
    {
        var message = new LocalFeatures
        {
            ModelId = "m",
            ImageSize = new ImageSize { Width = 100, Height = 100 },
            Encoding = encoding,
            Dim = (uint)dim,
            Descriptors = Google.Protobuf.ByteString.CopyFrom(descriptors),
            Int8Scale = encoding == DescriptorEncoding.Int8 ? 0.01f : 0,
        };
        message.Positions.AddRange(Enumerable.Range(0, 2 * count).Select(i => (float)(i * 7 % 100)));
        message.Scales.AddRange(Enumerable.Repeat(1f, count));
        message.Scores.AddRange(Enumerable.Repeat(1f, count));
        return message;
    }

    private static FeatureSet RandomSet(Random random, int count, int dim, DescriptorEncoding encoding)
    {
        var rows = new float[count * dim];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = (float)SyntheticPair.Normal(random);
        return FeatureSet.From("m", 100, 100, new float[2 * count], rows, dim, encoding);
    }

    // The definition, one pair at a time: FLOAT32 in the order the kernels promise, the others in integers.
    private static int Nearest(FeatureSet from, int feature, FeatureSet to)
    {
        var best = 0;
        for (var i = 1; i < to.Count; i++)
        {
            if (Similarity(from, feature, to, i) > Similarity(from, feature, to, best))
                best = i;
        }

        return best;
    }

    private static float Similarity(FeatureSet a, int i, FeatureSet b, int j)
    {
        var x = a.Rows.Slice(i * a.WordsOfFeature, a.WordsOfFeature);
        var y = b.Rows.Slice(j * b.WordsOfFeature, b.WordsOfFeature);
        float sum = 0;
        for (var w = 0; w < x.Length; w++)
        {
            sum = a.Encoding switch
            {
                DescriptorEncoding.Float32 => MathF.FusedMultiplyAdd(BitConverter.UInt32BitsToSingle(x[w]), BitConverter.UInt32BitsToSingle(y[w]), sum),
                DescriptorEncoding.Int8 => sum + ((short)x[w] * (short)y[w]) + ((short)(x[w] >> 16) * (short)(y[w] >> 16)),
                _ => sum - BitOperations.PopCount(x[w] ^ y[w]),
            };
        }

        return sum;
    }
}
