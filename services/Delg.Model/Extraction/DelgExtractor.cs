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

    /// <summary>Where the network runs, as torch names it: <c>cpu</c> or <c>cuda:N</c>.</summary>
    public string Device => _device.ToString();

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
    /// <inheritdoc cref="Extract(RgbImage, QueryBox?, CancellationToken)" path="/returns|/exception"/>
    public ImageFeatures Extract(RgbImage picture, FeatureRequest request, CancellationToken cancellationToken = default) =>
        Extract([Prepare(picture, request)], cancellationToken: cancellationToken)[0];

    /// <summary>Does what comes before the network, and does not wait for it: crops and shrinks.</summary>
    /// <exception cref="ArgumentException">The request's box holds no pixel of the picture.</exception>
    public PreparedPicture Prepare(RgbImage picture, FeatureRequest request) => PreparedPicture.Of(picture, request, Manifest);

    /// <summary>Extracts the features of several pictures in one pass. Each gets what it would get alone, up to rounding.</summary>
    /// <param name="batch">At least one picture, all of which <see cref="PreparedPicture.CanRunWith">can run together</see>.</param>
    /// <param name="times">Where to add where the time went; null: nowhere.</param>
    /// <param name="cancellationToken">Looked at before each scale; it ends the whole batch.</param>
    /// <returns>One each, in the same order.</returns>
    /// <exception cref="ArgumentException">The batch is empty, or its pictures differ in size or in the kinds wanted.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<ImageFeatures> Extract(IReadOnlyList<PreparedPicture> batch, StageTimes? times = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Count == 0 || batch.Any(picture => !picture.CanRunWith(batch[0])))
            throw new ArgumentException("A batch is at least one picture, and all have one size after resizing and the same kinds wanted of them.", nameof(batch));
        if (batch[0].Image is null)
            return [.. batch.Select(NoFeatures)];
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            using var scope = NewDisposeScope();
            using var inference = inference_mode();
            return Run(batch, times ?? new StageTimes(), cancellationToken);
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

    private ImageFeatures NoFeatures(PreparedPicture picture) => new()
    {
        ModelId = ModelId,
        ImageWidth = picture.PictureWidth,
        ImageHeight = picture.PictureHeight,
        Global = [],
        Keypoints = [],
        Scales = [],
        Scores = [],
        Descriptors = [],
    };

    private ImageFeatures[] Run(IReadOnlyList<PreparedPicture> batch, StageTimes times, CancellationToken cancellationToken)
    {
        times.Start();
        bool wantsGlobal = batch[0].Request.Kinds.HasFlag(DescriptorKinds.Global), wantsLocal = batch[0].Request.Kinds.HasFlag(DescriptorKinds.Local);
        RgbImage[] images = [.. batch.Select(picture => picture.Image!)];
        Tensor? uploaded = _device.type == DeviceType.CPU ? null : _network.Normalize(Upload(images));
        var maps = new PyramidMaps(Manifest.Scales.Count);
        var pooled = new List<Tensor>();
        for (int i = 0; i < Manifest.Scales.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool isGlobalScale = wantsGlobal && _globalScales.Contains(i);
            if (!isGlobalScale && !wantsLocal)
                continue;
            using var scope = NewDisposeScope();
            int height = (int)MathF.Round(images[0].Height * Manifest.Scales[i]), width = (int)MathF.Round(images[0].Width * Manifest.Scales[i]);
            if (Math.Min(height, width) < _smallestSide)
                continue;
            Tensor scaled = uploaded is null
                ? PyramidLevel.Of(images, width, height, Manifest.Layout.Normalization, _network.ComputeType)
                : nn.functional.interpolate(uploaded, [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
            times.EndPyramid();
            Tensor shallow = _network.Shallow(scaled);
            if (isGlobalScale)
                pooled.Add(_network.Pool(_network.Deep(shallow)).MoveToOuterDisposeScope());
            if (wantsLocal)
                maps.Add(i, shallow.MoveToOuterDisposeScope(), _network.Attention(shallow).MoveToOuterDisposeScope());
            times.EndNetwork();
        }

        AttentionSelection.Position[][] selected = Select(maps, batch);
        times.EndSelect();
        float[] globals = pooled.Count == 0 ? [] : GlobalDescriptors(pooled);
        float[] descriptors = selected.All(s => s.Length == 0) ? [] : LocalDescriptors(maps, selected);
        var results = new ImageFeatures[batch.Count];
        int globalLength = globals.Length / batch.Count, next = 0;
        for (int i = 0; i < results.Length; i++)
        {
            int localLength = selected[i].Length * Manifest.Layout.LocalDimension;
            results[i] = Describe(batch[i], maps, selected[i], globals.AsSpan(i * globalLength, globalLength), descriptors.AsSpan(next, localLength));
            next += localLength;
        }
        times.EndEncode();
        return results;
    }

    /// <summary>The pictures as N×3×H×W bytes on the device, from pinned memory, so that the copy runs beside what the device does already.</summary>
    private Tensor Upload(RgbImage[] images)
    {
        Tensor pixels = empty([images.Length, images[0].Height, images[0].Width, RgbImage.Channels], ScalarType.Byte).pin_memory();
        Span<byte> target = pixels.bytes;
        foreach (RgbImage image in images)
        {
            image.Pixels.CopyTo(target);
            target = target[image.Pixels.Length..];
        }
        return pixels.to(_device, non_blocking: true).permute(0, 3, 1, 2);
    }

    /// <summary>Positions that become features, for each picture. The scores of all pictures and scales come over in one copy.</summary>
    private AttentionSelection.Position[][] Select(PyramidMaps maps, IReadOnlyList<PreparedPicture> batch)
    {
        float[] scores = maps.Positions == 0 ? [] : ToArray(maps.Scores());
        return [.. batch.Select((picture, i) => AttentionSelection.Select(
            scores.AsSpan(i * maps.Positions, maps.Positions), Manifest.AttentionThreshold, picture.Request.MaxLocalFeatures ?? Manifest.MaxLocalFeatures))];
    }

    private ImageFeatures Describe(
        PreparedPicture picture, PyramidMaps maps, AttentionSelection.Position[] selected, ReadOnlySpan<float> global, ReadOnlySpan<float> descriptors)
    {
        var keypoints = new float[2 * selected.Length];
        var scales = new float[selected.Length];
        for (int i = 0; i < selected.Length; i++)
        {
            // The centre of the position's receptive field, in pixels of the picture handed in.
            (int scale, int row, int column) = maps.Locate(selected[i].Index);
            double pixels = Manifest.Layout.LocalStride / (double)Manifest.Scales[scale];
            keypoints[2 * i] = (float)(picture.OffsetX + column * pixels / picture.FactorX);
            keypoints[2 * i + 1] = (float)(picture.OffsetY + row * pixels / picture.FactorY);
            scales[i] = 1 / Manifest.Scales[scale];
        }
        return NoFeatures(picture) with
        {
            Global = global.ToArray(),
            Keypoints = keypoints,
            Scales = scales,
            Scores = Array.ConvertAll(selected, position => position.Score),
            Descriptors = descriptors.ToArray(),
        };
    }

    /// <summary>Unit length a scale, their sum, unit length again: one after another, a picture each.</summary>
    /// <param name="pooled">N×channels, of each scale.</param>
    private float[] GlobalDescriptors(List<Tensor> pooled)
    {
        Tensor whitened = _network.Whiten(cat(pooled)).view(pooled.Count, pooled[0].shape[0], -1);
        return ToArray(nn.functional.normalize(nn.functional.normalize(whitened, dim: 2).sum(dim: 0), dim: 1));
    }

    /// <summary>Runs the encoder on the selected positions only: as a 1×1 convolution it knows no neighbours.</summary>
    /// <returns>Unit lengths, one after another, picture after picture.</returns>
    private float[] LocalDescriptors(PyramidMaps maps, AttentionSelection.Position[][] selected)
    {
        Tensor features = maps.Gather(selected);
        Tensor codes = _network.Encode(features.view(1, features.shape[0], 1, -1).permute(0, 3, 1, 2));
        return ToArray(nn.functional.normalize(codes.squeeze(3).squeeze(0).transpose(0, 1), dim: 1));
    }

    private static float[] ToArray(Tensor tensor)
    {
        using Tensor onHost = tensor.to_type(ScalarType.Float32).cpu().contiguous();
        return onHost.data<float>().ToArray();
    }
}
