using System.Numerics.Tensors;
using System.Text;
using Delg.Contracts.Errors;
using Delg.V1;
using Grpc.Core;

namespace Delg.Contracts.Validation;

/// <summary>
/// Gathers everything wrong with a request and reports it at once. Each check names the field as in the proto, the value and the limit.
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

    private readonly List<FieldViolation> _violations = [];
    private string _reason = ErrorReason.FieldInvalid;

    /// <summary>Adds a violation when <paramref name="holds"/> is false. Returns <paramref name="holds"/>.</summary>
    public bool That(bool holds, string field, string description)
    {
        if (!holds)
            _violations.Add(new FieldViolation(field, description));
        return holds;
    }

    public bool InRange(long value, long least, long most, string field) =>
        That(value >= least && value <= most, field, $"{value} is outside {least} to {most}.");

    /// <summary>A cosine similarity.</summary>
    public bool Similarity(float value, string field) => That(value is >= -1 and <= 1, field, $"{value} is outside -1 to 1.");

    public bool CollectionName(string name, string field) =>
        That(IsCollectionName(name), field, $"A collection's name has 1 to {MaxCollectionNameLength} letters, digits, '-' or '_' and starts with a letter.");

    public bool ImageId(string id, string field) =>
        That(IsImageId(id), field, $"An image id has 1 to {MaxImageIdBytes} bytes of UTF-8 and no control characters.");

    public bool ModelId(string id, string field) =>
        That(id.Length > 0, field, "Required.") &&
        That(Encoding.UTF8.GetByteCount(id) <= MaxModelIdBytes, field, $"A model id has at most {MaxModelIdBytes} bytes of UTF-8.");

    /// <summary>A global descriptor: model, size, finite values, not all zero.</summary>
    public bool Global(GlobalDescriptor? descriptor, string field)
    {
        if (!That(descriptor is not null, field, "Required."))
            return false;
        var before = _violations.Count;
        ModelId(descriptor!.ModelId, $"{field}.model_id");
        if (InRange(descriptor.Values.Count, 1, MaxGlobalDim, $"{field}.values"))
        {
            var values = descriptor.Values.ToArray();
            var norm = TensorPrimitives.Norm<float>(values);
            That(float.IsFinite(norm), $"{field}.values", "Every value must be finite.");
            That(norm != 0, $"{field}.values", "The vector is all zero and has no direction.");
        }

        return _violations.Count == before;
    }

    /// <summary>
    /// A set of local features: model, image size, encoding, and columns whose lengths agree. Any mistake in it makes the reason
    /// FEATURES_INVALID.
    /// </summary>
    public bool Local(LocalFeatures? features, string field, int maxFeatures = MaxLocalFeatures)
    {
        if (!That(features is not null, field, "Required."))
            return false;
        var before = _violations.Count;
        LocalFeaturesCheck.Check(this, features!, field, maxFeatures);
        if (_violations.Count == before)
            return true;
        _reason = ErrorReason.FeaturesInvalid;
        return false;
    }

    /// <summary>The user's keys and values; null counts as none.</summary>
    public bool Metadata(V1.Metadata? metadata, string field)
    {
        var before = _violations.Count;
        if (metadata is not null)
            MetadataCheck.Check(this, metadata, field);
        return _violations.Count == before;
    }

    /// <exception cref="DelgException">INVALID_ARGUMENT with every violation found.</exception>
    public void ThrowIfInvalid()
    {
        if (_violations.Count == 0)
            return;
        var text = string.Join(" ", _violations.Take(5).Select(v => $"{v.Field}: {v.Description}"));
        var more = _violations.Count > 5 ? $" ({_violations.Count - 5} more)" : "";
        throw new DelgException(StatusCode.InvalidArgument, _reason, text + more) { Violations = _violations };
    }

    public static bool IsCollectionName(string name) =>
        name.Length is > 0 and <= MaxCollectionNameLength && char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static bool IsImageId(string id) =>
        id.Length > 0 && id.Length <= MaxImageIdBytes && Encoding.UTF8.GetByteCount(id) <= MaxImageIdBytes && !id.Any(char.IsControl);
}
