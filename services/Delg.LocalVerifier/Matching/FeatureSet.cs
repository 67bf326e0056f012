using System.Numerics.Tensors;
using Delg.Contracts.Descriptors;
using Delg.Contracts.Validation;
using Delg.V1;

namespace Delg.LocalVerifier.Matching;

/// <summary>
/// The local features of one image, ready to be matched: positions and descriptors in one encoding. Immutable and safe to share between
/// threads; what only a query needs is prepared at first use and kept.
/// </summary>
public sealed class FeatureSet
{
    private readonly Lazy<DescriptorPanels> _panels;
    private readonly Lazy<FeatureSet> _asInt8;
    private readonly Lazy<FeatureSet> _asBinary;
    private readonly uint[] _rows;
    private readonly float[] _inverseNorms;
    private readonly float[] _positions;

    private FeatureSet(string modelId, int width, int height, float[] positions, ReadOnlySpan<byte> descriptors, int dim, DescriptorEncoding encoding)
    {
        ModelId = modelId;
        Width = width;
        Height = height;
        Dim = dim;
        Encoding = encoding;
        Count = positions.Length / 2;
        WordsOfFeature = DescriptorWords.PerFeature(encoding, dim);
        _positions = positions;
        _inverseNorms = encoding == DescriptorEncoding.Binary ? [] : new float[Count];
        _rows = DescriptorWords.From(descriptors, Count, dim, encoding, _inverseNorms);
        _panels = new Lazy<DescriptorPanels>(() => new DescriptorPanels(_rows, Count, WordsOfFeature));
        _asInt8 = new Lazy<FeatureSet>(() => Reduce(DescriptorEncoding.Int8));
        _asBinary = new Lazy<FeatureSet>(() => Reduce(DescriptorEncoding.Binary));
    }

    /// <summary>Model that computed the features.</summary>
    public string ModelId { get; }

    /// <summary>Columns of the image, pixels.</summary>
    public int Width { get; }

    /// <summary>Rows of the image, pixels.</summary>
    public int Height { get; }

    /// <summary>Features.</summary>
    public int Count { get; }

    /// <summary>Components of a descriptor.</summary>
    public int Dim { get; }

    /// <summary>How the descriptors are held, and compared.</summary>
    public DescriptorEncoding Encoding { get; }

    /// <summary>x, y pairs in pixels of the original after EXIF rotation.</summary>
    public ReadOnlySpan<float> Positions => _positions;

    /// <summary>Descriptors as 32-bit words, feature by feature, see <see cref="DescriptorWords"/>.</summary>
    internal ReadOnlySpan<uint> Rows => _rows;

    /// <summary>Words of one descriptor.</summary>
    internal int WordsOfFeature { get; }

    /// <summary>
    /// FLOAT32 and INT8: 1 / length of each descriptor as held (FLOAT32 is normalised, so 1), 0 for a zero vector. BINARY: empty.
    /// </summary>
    internal ReadOnlySpan<float> InverseNorms => _inverseNorms;

    internal DescriptorPanels Panels => _panels.Value;

    /// <summary>The features of a message.</summary>
    /// <param name="features">Checked here: lengths, finite values, limits.</param>
    /// <param name="field">What errors call the message.</param>
    /// <exception cref="Contracts.Errors.DelgException">INVALID_ARGUMENT, FEATURES_INVALID: every mistake of the message.</exception>
    public static FeatureSet From(LocalFeatures features, string field = "features")
    {
        var check = new MessageCheck();
        check.Local(features, field);
        check.ThrowIfInvalid();
        return FromValid(features);
    }

    /// <summary>The features of rows of floats, as the extractor gives them.</summary>
    /// <param name="modelId">Model that computed them, not empty.</param>
    /// <param name="width">Columns of the image, at least 1 pixel.</param>
    /// <param name="height">Rows of the image, at least 1 pixel.</param>
    /// <param name="positions">x, y pairs in pixels of the original, finite.</param>
    /// <param name="descriptors">positions.Length / 2 rows of <paramref name="dim"/> components, finite; brought to unit length.</param>
    /// <param name="dim">Components of a descriptor, 1 to 1024; a multiple of 8 for BINARY.</param>
    /// <param name="encoding">FLOAT32, INT8 or BINARY: how to hold and compare them.</param>
    /// <exception cref="ArgumentException">Lengths that disagree, or a value that is not finite.</exception>
    public static FeatureSet From(
        string modelId, int width, int height, ReadOnlySpan<float> positions, ReadOnlySpan<float> descriptors, int dim, DescriptorEncoding encoding)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelId);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(dim, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dim, MessageCheck.MaxLocalDim);
        if (encoding == DescriptorEncoding.Binary && dim % 8 != 0)
            throw new ArgumentException($"{dim} is not a multiple of 8, as BINARY needs.", nameof(dim));
        if (positions.Length % 2 != 0 || descriptors.Length != positions.Length / 2 * dim)
            throw new ArgumentException($"{positions.Length} position values and {descriptors.Length} components do not go together at {dim} components.", nameof(descriptors));
        if (!AllFinite(positions))
            throw new ArgumentException("Every position must be finite.", nameof(positions));
        if (!AllFinite(descriptors))
            throw new ArgumentException("Every component must be finite.", nameof(descriptors));
        var packed = DescriptorCodec.Encode(descriptors, dim, DescriptorEncoding.Float32, out _);
        return new FeatureSet(modelId, width, height, positions.ToArray(), packed, dim, DescriptorEncoding.Float32).ReducedTo(encoding);
    }

    /// <summary>
    /// The same features in a smaller encoding (FLOAT32 → INT8 → BINARY), made once and kept; itself when it is as small already.
    /// </summary>
    public FeatureSet ReducedTo(DescriptorEncoding encoding) =>
        Encoding >= encoding ? this
        : encoding == DescriptorEncoding.Int8 ? _asInt8.Value
        : _asBinary.Value;

    /// <summary>The features of a message that has been checked.</summary>
    internal static FeatureSet FromValid(LocalFeatures features)
    {
        var positions = new float[features.Positions.Count];
        features.Positions.CopyTo(positions, 0);
        return FromValid(
            features.ModelId, features.ImageSize.Width, features.ImageSize.Height, positions, features.Descriptors.Span, (int)features.Dim, features.Encoding);
    }

    /// <summary>The features of columns that have been checked; keeps <paramref name="positions"/>.</summary>
    internal static FeatureSet FromValid(
        string modelId, uint width, uint height, float[] positions, ReadOnlySpan<byte> descriptors, int dim, DescriptorEncoding encoding) =>
        new(modelId, Pixels(width), Pixels(height), positions, descriptors, dim, encoding);

    private FeatureSet Reduce(DescriptorEncoding encoding)
    {
        var components = DescriptorWords.ToFloats(_rows, Count, Dim, Encoding);
        return new FeatureSet(ModelId, Width, Height, _positions, DescriptorCodec.Encode(components, Dim, encoding, out _), Dim, encoding);
    }

    private static int Pixels(uint side) => (int)Math.Min(side, int.MaxValue);

    private static bool AllFinite(ReadOnlySpan<float> values) => values.IsEmpty || float.IsFinite(TensorPrimitives.MaxMagnitude(values));
}
