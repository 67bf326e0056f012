using Delg.Imaging;
using Delg.Model.Network;
using Delg.Model.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Delg.Model.Extraction;

/// <summary>
/// Multi-scale extraction of global and local descriptors as the authors of DELG published it: crop, shrink, pyramid, attention
/// threshold, highest scores, unit lengths, in that order. Both heads share one pass of the trunk a scale; scales without a
/// global descriptor end after conv4.
/// </summary>
/// <remarks>Calls from several threads are safe and run one after another: a pass uses all the threads it is given.</remarks>
public sealed class DelgExtractor : IDisposable
{
    private readonly Lock _gate = new();
    private readonly DelgNetwork _network;
    private readonly Device _device;
    private readonly HashSet<int> _globalScales;

    // Without padding before its max-pooling a network needs this many input pixels a side to have an output at all.
    private readonly int _smallestSide;

    private bool _disposed;

    /// <summary>Makes an extractor. It takes the model over: the network is moved to the device, folded, and disposed with the extractor.</summary>
    /// <exception cref="ArgumentException">An option is out of range, or there is no such device; the message says which.</exception>
    public DelgExtractor(DelgModel model, ExtractionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new ExtractionOptions();
        Manifest = options.Over(model.Manifest);
        ModelId = model.Id;
        _device = TorchDevice.Open(options.Device);
        Precision = options.Precision != InferencePrecision.Auto ? options.Precision
            : _device.type == DeviceType.CUDA || ProcessorFeatures.ComputesBFloat16 ? InferencePrecision.BFloat16
            : InferencePrecision.Float32;
        if (options.Threads > 0)
            set_num_threads(options.Threads);
        _globalScales = [.. Manifest.GlobalScaleIndices];
        _smallestSide = Manifest.Layout.MaxPoolPadding == MaxPoolPadding.None ? 5 : 1;
        _network = model.Network;
        _network.eval();
        _network.to(_device);
        using IDisposable gradients = no_grad();
        _network.FoldForInference(Precision == InferencePrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32);
    }

    /// <summary>The weights in use.</summary>
    public ModelId ModelId { get; }

    /// <summary>The weights' manifest, with the options in place of its own values.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>What <see cref="InferencePrecision.Auto"/> came to on this device.</summary>
    public InferencePrecision Precision { get; }

    /// <summary>Loads weights and makes an extractor of them.</summary>
    /// <param name="path">A weights file; null for the one that <see cref="WeightsLocation.Resolve"/> finds.</param>
    /// <param name="options">How to extract; null for the defaults.</param>
    /// <exception cref="WeightsFormatException">The file is damaged or does not hold DELG weights.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or there is no such device.</exception>
    public static DelgExtractor Load(string? path = null, ExtractionOptions? options = null)
    {
        DelgModel model = DelgWeights.Load(WeightsLocation.Resolve(path));
        try
        {
            return new DelgExtractor(model, options);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Extracts the features of one picture.</summary>
    /// <param name="picture">The picture, turned upright already.</param>
    /// <param name="box">For a query: the part that is looked for. Positions still count in the whole picture.</param>
    /// <param name="cancellationToken">Looked at before each scale.</param>
    /// <returns>Up to <see cref="ModelManifest.MaxLocalFeatures"/> local features and a global descriptor; none of both if a side
    /// is below <see cref="ModelManifest.MinSidePixels"/> after resizing.</returns>
    /// <exception cref="ArgumentException">The box holds no pixel of the picture.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ImageFeatures Extract(RgbImage picture, QueryBox? box = null, CancellationToken cancellationToken = default) =>
        Extract(picture, new FeatureRequest { Box = box }, cancellationToken);

    /// <summary>Extracts those features of one picture that are wanted.</summary>
    /// <param name="picture">The picture, turned upright already.</param>
    /// <param name="request">What is wanted. The rest is empty in the answer.</param>
    /// <param name="cancellationToken">Looked at before each scale.</param>
    /// <inheritdoc cref="Extract(RgbImage, QueryBox?, CancellationToken)"/>
    public ImageFeatures Extract(RgbImage picture, FeatureRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(request);
        PyramidInput input = PyramidInput.Of(picture, request.Box, Manifest);
        var empty = new ImageFeatures
        {
            ModelId = ModelId,
            ImageWidth = picture.Width,
            ImageHeight = picture.Height,
            Global = [],
            Keypoints = [],
            Scales = [],
            Scores = [],
            Descriptors = [],
        };
        if (input.Image is null)
            return empty;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            using var scope = NewDisposeScope();
            using var inference = inference_mode();
            return Extract(input, request, empty, cancellationToken);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (!_disposed)
                _network.Dispose();
            _disposed = true;
        }
    }

    private ImageFeatures Extract(PyramidInput input, FeatureRequest request, ImageFeatures empty, CancellationToken cancellationToken)
    {
        Tensor image = _network.Normalize(ToTensor(input.Image!));
        var shallowMaps = new Tensor?[Manifest.Scales.Count];
        var attention = new Tensor?[Manifest.Scales.Count];
        var pooled = new List<Tensor>();
        for (int i = 0; i < shallowMaps.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool isGlobalScale = request.Kinds.HasFlag(DescriptorKinds.Global) && _globalScales.Contains(i);
            if (!isGlobalScale && !request.Kinds.HasFlag(DescriptorKinds.Local))
                continue;
            using var scope = NewDisposeScope();
            if (Resize(image, Manifest.Scales[i]) is not { } scaled)
                continue;
            Tensor shallow = _network.Shallow(scaled);
            if (isGlobalScale)
                pooled.Add(_network.Pool(_network.Deep(shallow)).MoveToOuterDisposeScope());
            if (!request.Kinds.HasFlag(DescriptorKinds.Local))
                continue;
            attention[i] = _network.Attention(shallow).MoveToOuterDisposeScope();
            shallowMaps[i] = shallow.MoveToOuterDisposeScope();
        }

        float[][] scores = [.. attention.Select(map => map is null ? [] : ToArray(map))];
        AttentionSelection.Position[] selected = AttentionSelection.Select(scores, Manifest.AttentionThreshold, request.MaxLocalFeatures ?? Manifest.MaxLocalFeatures);
        return empty with
        {
            Global = pooled.Count == 0 ? [] : GlobalDescriptor(pooled),
            Keypoints = [.. selected.SelectMany(p => Keypoint(p, shallowMaps[p.Scale]!.shape[3], input))],
            Scales = [.. selected.Select(p => 1 / Manifest.Scales[p.Scale])],
            Scores = [.. selected.Select(p => p.Score)],
            Descriptors = selected.Length == 0 ? [] : LocalDescriptors(shallowMaps, selected),
        };
    }

    private Tensor ToTensor(RgbImage image)
    {
        Tensor pixels = empty([1, image.Height, image.Width, RgbImage.Channels], ScalarType.Byte);
        image.Pixels.CopyTo(pixels.bytes);
        return pixels.to(_device).permute(0, 3, 1, 2);
    }

    /// <summary>Bilinear with half-pixel centres and without antialiasing, to sides rounded half to even. Null if nothing is left.</summary>
    private Tensor? Resize(Tensor image, float scale)
    {
        long height = (long)MathF.Round(image.shape[2] * scale), width = (long)MathF.Round(image.shape[3] * scale);
        if (Math.Min(height, width) < _smallestSide)
            return null;
        return height == image.shape[2] && width == image.shape[3]
            ? image.alias()
            : nn.functional.interpolate(image, [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
    }

    /// <summary>Centre of a position's receptive field, in pixels of the picture handed in.</summary>
    private float[] Keypoint(AttentionSelection.Position position, long columns, PyramidInput input)
    {
        double pixels = Manifest.Layout.LocalStride / (double)Manifest.Scales[position.Scale];
        return
        [
            (float)(input.OffsetX + position.Index % columns * pixels / input.FactorX),
            (float)(input.OffsetY + position.Index / columns * pixels / input.FactorY),
        ];
    }

    /// <summary>Unit length a scale, their sum, unit length again.</summary>
    private float[] GlobalDescriptor(List<Tensor> pooled)
    {
        Tensor scales = nn.functional.normalize(_network.Whiten(cat(pooled)), dim: 1);
        return ToArray(nn.functional.normalize(scales.sum(dim: 0), dim: 0));
    }

    /// <summary>Runs the encoder on the selected positions only: as a 1×1 convolution it knows no neighbours.</summary>
    private float[] LocalDescriptors(Tensor?[] shallowMaps, AttentionSelection.Position[] selected)
    {
        var gathered = new List<Tensor>();
        var order = new long[selected.Length];
        int next = 0;
        for (int scale = 0; scale < shallowMaps.Length; scale++)
        {
            var indices = new List<long>();
            for (int i = 0; i < selected.Length; i++)
            {
                if (selected[i].Scale != scale)
                    continue;
                order[i] = next++;
                indices.Add(selected[i].Index);
            }
            if (indices.Count == 0)
                continue;
            Tensor map = shallowMaps[scale]!;
            Tensor rows = map.permute(0, 2, 3, 1).reshape(-1, map.shape[1]);
            gathered.Add(rows.index_select(0, tensor(indices.ToArray(), device: _device)));
        }
        Tensor features = cat(gathered).index_select(0, tensor(order, device: _device));
        Tensor codes = _network.Encode(features.view(1, selected.Length, 1, -1).permute(0, 3, 1, 2));
        return ToArray(nn.functional.normalize(codes.squeeze(3).squeeze(0).transpose(0, 1), dim: 1));
    }

    private static float[] ToArray(Tensor tensor)
    {
        using Tensor onHost = tensor.to_type(ScalarType.Float32).cpu().contiguous();
        return onHost.data<float>().ToArray();
    }
}
