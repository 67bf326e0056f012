using Delg.Contracts.Descriptors;
using Delg.V1;
using Google.Protobuf;

namespace Delg.Cli.Bench.Verify;

/// <summary>
/// A query and candidates whose local features are as far from each other as real ones are. Descriptors fill their space unevenly and share a direction:
/// two of different images have a cosine of 0.08 ± 0.14, as those of photos of different things have with the shipped weights (0.01 to 0.12, ± 0.11 to 0.16).
/// A true match has a cosine of 0.8 and lies within noise of 2 pixels of where an affine map carries it.
/// </summary>
internal sealed class SyntheticFeatures
{
    public const int Dim = 128;

    private const string ModelId = "synthetic@000000000000";
    private const int Width = 1024;
    private const int Height = 768;

    // Standard deviation of a true match's place, pixels, in each direction: 2 px together.
    private const double NoisePx = 1.4142135623730951;

    // Components across which the variance of a descriptor falls to 1/e; with this many, cosines spread by 0.14.
    private const double Decay = 25;

    // Squared share of the direction common to all.
    private const double Common = 0.08;

    // Length of what is added to a unit descriptor to make its match: cosine 0.8.
    private const float MatchNoise = 0.75f;

    private readonly int _count;
    private readonly DescriptorEncoding _encoding;
    private readonly Random _random;
    private readonly float[] _rows;
    private readonly float[] _positions;

    /// <param name="count">Features of each image.</param>
    /// <param name="encoding">Encoding of all.</param>
    /// <param name="seed">Everything follows from it.</param>
    public SyntheticFeatures(int count, DescriptorEncoding encoding, int seed)
    {
        _count = count;
        _encoding = encoding;
        _random = new Random(seed);
        _rows = Rows();
        _positions = Positions();
        Query = Message(_rows, _positions);
    }

    public LocalFeatures Query { get; }

    /// <summary>A candidate of which some features show what the query's show.</summary>
    /// <param name="trueMatches">How many.</param>
    public LocalFeatures Candidate(int trueMatches)
    {
        var rows = Rows();
        var positions = Positions();
        for (var i = 0; i < trueMatches; i++)
        {
            // In reverse, so that no index happens to agree.
            var other = _count - 1 - i;
            for (var d = 0; d < Dim; d++)
                rows[(other * Dim) + d] = _rows[(i * Dim) + d] + (MatchNoise * rows[(other * Dim) + d]);
            Normalize(rows.AsSpan(other * Dim, Dim));
            var (x, y) = (_positions[2 * i], _positions[(2 * i) + 1]);
            positions[2 * other] = (float)((0.85 * x) - (0.2 * y) + 150 + (NoisePx * Normal()));
            positions[(2 * other) + 1] = (float)((0.2 * x) + (0.9 * y) - 60 + (NoisePx * Normal()));
        }

        return Message(rows, positions);
    }

    private float[] Rows()
    {
        var rows = new float[_count * Dim];
        for (var start = 0; start < rows.Length; start += Dim)
        {
            var row = rows.AsSpan(start, Dim);
            for (var d = 0; d < Dim; d++)
                row[d] = (float)(Math.Exp(-d / (2 * Decay)) * Normal());
            Spread(row);
            Normalize(row);
            for (var d = 0; d < Dim; d++)
                row[d] = (float)((Math.Sqrt(1 - Common) * row[d]) + (Math.Sqrt(Common / Dim) * (d % 3 == 0 ? 1 : -1)));
            Normalize(row);
        }

        return rows;
    }

    // A Walsh–Hadamard transform: a rotation (but for length) after which no component stands out.
    private static void Spread(Span<float> row)
    {
        for (var half = 1; half < row.Length; half *= 2)
        {
            for (var i = 0; i < row.Length; i++)
            {
                if ((i & half) == 0)
                    (row[i], row[i + half]) = (row[i] + row[i + half], row[i] - row[i + half]);
            }
        }
    }

    private static void Normalize(Span<float> row)
    {
        var norm = System.Numerics.Tensors.TensorPrimitives.Norm<float>(row);
        System.Numerics.Tensors.TensorPrimitives.Divide(row, norm, row);
    }

    private float[] Positions()
    {
        var positions = new float[2 * _count];
        for (var i = 0; i < _count; i++)
            (positions[2 * i], positions[(2 * i) + 1]) = (Width * _random.NextSingle(), Height * _random.NextSingle());
        return positions;
    }

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    private LocalFeatures Message(float[] rows, float[] positions)
    {
        var message = new LocalFeatures
        {
            ModelId = ModelId,
            ImageSize = new ImageSize { Width = Width, Height = Height },
            Encoding = _encoding,
            Dim = Dim,
            Descriptors = UnsafeByteOperations.UnsafeWrap(DescriptorCodec.Encode(rows, Dim, _encoding, out var scale)),
            Int8Scale = scale,
        };
        message.Positions.AddRange(positions);
        message.Scales.AddRange(Enumerable.Repeat(1f, _count));
        message.Scores.AddRange(Enumerable.Range(0, _count).Select(i => (float)(_count - i)));
        return message;
    }
}
