using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Delg.Contracts.Descriptors;
using Delg.Contracts.Validation;
using Delg.V1;

namespace Delg.LocalVerifier.Matching;

/// <summary>
/// The local features of one image, ready to be matched: positions and packed descriptors in one encoding. It looks at the memory it was given instead
/// of copying it, so that memory must not change. Immutable and safe to share between threads; what only a query needs is prepared at first use and
/// kept.
/// </summary>
public sealed class FeatureSet
{
    private readonly Lazy<DotPanels> _dotPanels;
    private readonly Lazy<HammingPanels> _hammingPanels;
    private readonly Lazy<HammingPlanes> _hammingPlanes;
    private readonly Lazy<FeatureSet> _asInt8;
    private readonly Lazy<FeatureSet> _asBinary;
    private readonly ReadOnlyMemory<byte> _positions;
    private readonly ReadOnlyMemory<byte> _descriptors;
    private readonly int _bytesOfFeature;

    private FeatureSet(
        string modelId, int width, int height, ReadOnlyMemory<byte> positions, ReadOnlyMemory<byte> descriptors, int dim, DescriptorEncoding encoding)
    {
        ModelId = modelId;
        Width = width;
        Height = height;
        Dim = dim;
        Encoding = encoding;
        Count = positions.Length / (2 * sizeof(float));
        _positions = positions;
        _descriptors = descriptors;
        _bytesOfFeature = DescriptorCodec.BytesPerFeature(encoding, dim);
        _dotPanels = new Lazy<DotPanels>(() => new DotPanels(this));
        _hammingPanels = new Lazy<HammingPanels>(() => new HammingPanels(this));
        _hammingPlanes = new Lazy<HammingPlanes>(() => new HammingPlanes(this));
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
    public ReadOnlySpan<float> Positions => MemoryMarshal.Cast<byte, float>(_positions.Span);

    /// <summary>Descriptors as <see cref="DescriptorCodec"/> packs them; FLOAT32 in this machine's byte order.</summary>
    internal ReadOnlySpan<byte> Descriptors => _descriptors.Span;

    /// <summary>FLOAT32 and INT8 only.</summary>
    internal DotPanels DotPanels => _dotPanels.Value;

    /// <summary>BINARY only.</summary>
    internal HammingPanels HammingPanels => _hammingPanels.Value;

    /// <summary>BINARY of <see cref="Matching.HammingPlanes.Dim"/> components only.</summary>
    internal HammingPlanes HammingPlanes => _hammingPlanes.Value;

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
        var rows = MemoryMarshal.AsBytes(UnitRows(descriptors, dim).AsSpan()).ToArray();
        return new FeatureSet(modelId, width, height, MemoryMarshal.AsBytes(positions).ToArray(), rows, dim, DescriptorEncoding.Float32).ReducedTo(encoding);
    }

    /// <summary>
    /// The same features in a smaller encoding (FLOAT32 → INT8 → BINARY), made once and kept; itself when it is as small already.
    /// </summary>
    public FeatureSet ReducedTo(DescriptorEncoding encoding) =>
        Encoding >= encoding ? this
        : encoding == DescriptorEncoding.Int8 ? _asInt8.Value
        : _asBinary.Value;

    /// <summary>The features of a message that has been checked; keeps looking at its bytes.</summary>
    internal static FeatureSet FromValid(LocalFeatures features)
    {
        var positions = new byte[features.Positions.Count * sizeof(float)];
        var floats = MemoryMarshal.Cast<byte, float>(positions.AsSpan());
        for (var i = 0; i < floats.Length; i++)
            floats[i] = features.Positions[i];
        return FromValid(
            features.ModelId, features.ImageSize.Width, features.ImageSize.Height, positions, features.Descriptors.Memory, (int)features.Dim, features.Encoding);
    }

    /// <summary>The features of columns that have been checked; keeps looking at them.</summary>
    /// <param name="modelId">Model that computed them.</param>
    /// <param name="width">Columns of the image, pixels.</param>
    /// <param name="height">Rows of the image, pixels.</param>
    /// <param name="positions">x, y pairs, floats in this machine's byte order.</param>
    /// <param name="descriptors">As <see cref="DescriptorCodec"/> packs them.</param>
    /// <param name="dim">Components of a descriptor.</param>
    /// <param name="encoding">How <paramref name="descriptors"/> is packed.</param>
    internal static FeatureSet FromValid(
        string modelId, uint width, uint height, ReadOnlyMemory<byte> positions, ReadOnlyMemory<byte> descriptors, int dim, DescriptorEncoding encoding)
    {
        if (encoding == DescriptorEncoding.Float32 && !BitConverter.IsLittleEndian)
            descriptors = MemoryMarshal.AsBytes(DescriptorCodec.Decode(descriptors.Span, dim, encoding, 0).AsSpan()).ToArray();
        return new FeatureSet(modelId, Pixels(width), Pixels(height), positions, descriptors, dim, encoding);
    }

    /// <summary>One packed descriptor.</summary>
    internal ReadOnlySpan<byte> Descriptor(int feature) => _descriptors.Span.Slice(feature * _bytesOfFeature, _bytesOfFeature);

    /// <summary>The features inside a rectangle of the image, at the same positions.</summary>
    /// <param name="region">Left and top belong to it, right and bottom do not; pixels of the original.</param>
    internal FeatureSet Inside(Region region)
    {
        var positions = Positions;
        var inside = new List<int>(Count);
        for (var feature = 0; feature < Count; feature++)
        {
            var (x, y) = (positions[2 * feature], positions[(2 * feature) + 1]);
            if (x >= region.Left && x < region.Right && y >= region.Top && y < region.Bottom)
                inside.Add(feature);
        }

        var insidePositions = new float[2 * inside.Count];
        var descriptors = new byte[inside.Count * _bytesOfFeature];
        for (var i = 0; i < inside.Count; i++)
        {
            positions.Slice(2 * inside[i], 2).CopyTo(insidePositions.AsSpan(2 * i));
            Descriptor(inside[i]).CopyTo(descriptors.AsSpan(i * _bytesOfFeature));
        }

        return new FeatureSet(ModelId, Width, Height, MemoryMarshal.AsBytes(insidePositions.AsSpan()).ToArray(), descriptors, Dim, Encoding);
    }

    private FeatureSet Reduce(DescriptorEncoding encoding)
    {
        // Lengths do not matter here: FLOAT32 is brought to unit length, and one scale serves all rows of INT8.
        var components = Encoding == DescriptorEncoding.Float32
            ? UnitRows(MemoryMarshal.Cast<byte, float>(Descriptors), Dim)
            : DescriptorCodec.Decode(Descriptors, Dim, Encoding, 1);
        return new FeatureSet(ModelId, Width, Height, _positions, DescriptorCodec.Encode(components, Dim, encoding, out _), Dim, encoding);
    }

    // In double, so that large finite values stay finite.
    private static float[] UnitRows(ReadOnlySpan<float> rows, int dim)
    {
        var unit = new float[rows.Length];
        for (var start = 0; start < rows.Length; start += dim)
        {
            var row = rows.Slice(start, dim);
            var inverse = DescriptorProducts.InverseLength(MemoryMarshal.AsBytes(row), DescriptorEncoding.Float32);
            for (var i = 0; i < dim; i++)
                unit[start + i] = (float)(row[i] * inverse);
        }

        return unit;
    }

    private static int Pixels(uint side) => (int)Math.Min(side, int.MaxValue);

    private static bool AllFinite(ReadOnlySpan<float> values) => values.IsEmpty || float.IsFinite(TensorPrimitives.MaxMagnitude(values));
}
