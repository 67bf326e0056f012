using System.Numerics.Tensors;
using System.Text;
using Delg.Contracts.Errors;
using Delg.V1;
using Grpc.Core;

namespace Delg.Contracts.Validation;

/// <summary>
/// Gathers what is wrong with a request and reports it at once: the first <see cref="DelgException.MaxViolations"/> mistakes, and how many more there are.
/// Each check names the field as in the proto, the value and the limit.
/// </summary>
public sealed class MessageCheck
{
    /// <summary>Longest collection name, characters.</summary>
    public const int MaxCollectionNameLength = 64;

    /// <summary>Longest image id, bytes of UTF-8.</summary>
    public const int MaxImageIdBytes = 512;

    /// <summary>Longest model id, bytes of UTF-8.</summary>
    public const int MaxModelIdBytes = 256;

    /// <summary>Largest global descriptor, components.</summary>
    public const int MaxGlobalDim = 4096;

    /// <summary>Largest local descriptor, components.</summary>
    public const int MaxLocalDim = 1024;

    /// <summary>Local features of one image at most.</summary>
    public const int MaxLocalFeatures = 10_000;

    /// <summary>Largest thumbnail, bytes.</summary>
    public const int MaxThumbnailBytes = 256 * 1024;

    /// <summary>Larger side of a thumbnail at most, pixels.</summary>
    public const int MaxThumbnailSidePixels = 1024;

    /// <summary>Most RANSAC samples a request may ask for.</summary>
    public const int MaxTrials = 100_000;

    /// <summary>Most matches a request may have explained.</summary>
    public const int MaxExplainedMatches = 1000;

    // The message names this many, the violations all that are kept.
    private const int ViolationsInMessage = 5;

    private readonly List<FieldViolation> _violations = [];
    private int _count;
    private string _reason = ErrorReason.FieldInvalid;

    /// <summary>Adds a violation when <paramref name="holds"/> is false. Returns <paramref name="holds"/>.</summary>
    public bool That(bool holds, string field, string description)
    {
        if (holds)
            return true;
        // Only the first arrive: a request of a million mistakes must not cost a million violations.
        if (_count++ < DelgException.MaxViolations)
            _violations.Add(new FieldViolation(field, description));
        return false;
    }

    /// <summary>Whether a number is within bounds, both included. Of a count that is not, do not check what is counted: it has no bound.</summary>
    public bool InRange(long value, long least, long most, string field) =>
        That(value >= least && value <= most, field, $"{value} is outside {least} to {most}.");

    /// <summary>A cosine similarity.</summary>
    public bool Similarity(float value, string field) => That(value is >= -1 and <= 1, field, $"{value} is outside -1 to 1.");

    public bool CollectionName(string name, string field) =>
        That(IsCollectionName(name), field, $"A collection's name has 1 to {MaxCollectionNameLength} letters, digits, '-' or '_' and starts with a letter.");

    public bool ImageId(string id, string field) =>
        That(IsImageId(id), field, $"An image id has 1 to {MaxImageIdBytes} bytes of UTF-8 and no control characters.");

    /// <summary>A list of image ids: how many, and each.</summary>
    public bool ImageIds(IReadOnlyList<string> ids, int most, string field)
    {
        var before = _count;
        if (InRange(ids.Count, 1, most, field))
        {
            for (var i = 0; i < ids.Count; i++)
                ImageId(ids[i], $"{field}[{i}]");
        }

        return _count == before;
    }

    public bool ModelId(string id, string field) =>
        That(id.Length > 0, field, "Required.") &&
        That(Encoding.UTF8.GetByteCount(id) <= MaxModelIdBytes, field, $"A model id has at most {MaxModelIdBytes} bytes of UTF-8.");

    /// <summary>A global descriptor: model, size, finite values, not all zero.</summary>
    public bool Global(GlobalDescriptor? descriptor, string field)
    {
        if (!That(descriptor is not null, field, "Required."))
            return false;
        var before = _count;
        ModelId(descriptor!.ModelId, $"{field}.model_id");
        if (InRange(descriptor.Values.Count, 1, MaxGlobalDim, $"{field}.values"))
        {
            var values = descriptor.Values.ToArray();
            var norm = TensorPrimitives.Norm<float>(values);
            That(float.IsFinite(norm), $"{field}.values", "Every value must be finite.");
            That(norm != 0, $"{field}.values", "The vector is all zero and has no direction.");
        }

        return _count == before;
    }

    /// <summary>
    /// A set of local features: model, image size, encoding, and columns whose lengths agree. Any mistake in it makes the reason
    /// FEATURES_INVALID.
    /// </summary>
    public bool Local(LocalFeatures? features, string field, int maxFeatures = MaxLocalFeatures)
    {
        if (!That(features is not null, field, "Required."))
            return false;
        var before = _count;
        LocalFeaturesCheck.Check(this, features!, field, maxFeatures);
        if (_count == before)
            return true;
        _reason = ErrorReason.FeaturesInvalid;
        return false;
    }

    /// <summary>
    /// A small copy of an image, which is shown to people as it is: one JPEG from the first byte to the last, of at most <see cref="MaxThumbnailBytes"/> and
    /// <see cref="MaxThumbnailSidePixels"/>. Its pixels are not decoded. Empty counts as none.
    /// </summary>
    public bool Thumbnail(ReadOnlySpan<byte> thumbnail, string field)
    {
        if (thumbnail.IsEmpty)
            return true;
        if (!That(thumbnail.Length <= MaxThumbnailBytes, field, $"{thumbnail.Length} bytes; at most {MaxThumbnailBytes} are taken."))
            return false;
        var fault = JpegOutline.FaultOf(thumbnail, MaxThumbnailSidePixels);
        return That(fault is null, field, $"Must be a JPEG of at most {MaxThumbnailSidePixels} pixels a side: {fault}");
    }

    /// <summary>The user's keys and values; null counts as none.</summary>
    public bool Metadata(V1.Metadata? metadata, string field)
    {
        var before = _count;
        if (metadata is not null)
            MetadataCheck.Check(this, metadata, field);
        return _count == before;
    }

    /// <summary>How to verify; null counts as the defaults.</summary>
    public bool Verification(VerificationOptions? options, string field)
    {
        var before = _count;
        if (options is not null)
            VerificationOptionsCheck.Check(this, options, field);
        return _count == before;
    }

    /// <exception cref="DelgException">INVALID_ARGUMENT with the violations found.</exception>
    public void ThrowIfInvalid()
    {
        if (_count == 0)
            return;
        var text = string.Join(" ", _violations.Take(ViolationsInMessage).Select(v => $"{v.Field}: {v.Description}"));
        var more = _count > ViolationsInMessage ? $" ({_count - ViolationsInMessage} more)" : "";
        throw new DelgException(StatusCode.InvalidArgument, _reason, ErrorText.Shortened(text, DelgException.MaxMessageBytes - more.Length) + more) { Violations = _violations };
    }

    public static bool IsCollectionName(string name) =>
        name.Length is > 0 and <= MaxCollectionNameLength && char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static bool IsImageId(string id) =>
        id.Length > 0 && id.Length <= MaxImageIdBytes && Encoding.UTF8.GetByteCount(id) <= MaxImageIdBytes && !id.Any(char.IsControl);
}
