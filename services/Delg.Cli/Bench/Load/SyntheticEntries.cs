using System.Globalization;
using System.Numerics.Tensors;
using Delg.Cli.Bench.Search;
using Delg.V1;
using Google.Protobuf;

namespace Delg.Cli.Bench.Load;

/// <summary>
/// Entries made from numbers. The first ones lie near the queries, so that they are a search's candidates, and carry all features of one of the photos.
/// The others lie anywhere on the sphere, where no query meets them, and carry the strongest few, so that a hundred thousand fit on a disk.
/// </summary>
internal sealed class SyntheticEntries
{
    // Lengths of what is added to a query's unit vector: cosines from 0.8 to 0.4.
    private const float LeastSpread = 0.75f;
    private const float MostSpread = 2.3f;

    private readonly LoadSettings _settings;
    private readonly IReadOnlyList<LoadQuery> _queries;
    private readonly IReadOnlyList<LocalFeatures> _features;
    private readonly LocalFeatures[] _strongest;
    private readonly DrawnVectors _vectors;

    /// <param name="settings">How many of which.</param>
    /// <param name="queries">What is asked for.</param>
    /// <param name="features">Local features of the photos.</param>
    public SyntheticEntries(LoadSettings settings, IReadOnlyList<LoadQuery> queries, IReadOnlyList<LocalFeatures> features)
    {
        (_settings, _queries, _features) = (settings, queries, features);
        _strongest = [.. features.Select(all => Strongest(all, settings.FarFeatures))];
        _vectors = new DrawnVectors(queries[0].Global.Values.Count, clusters: 0);
    }

    public static string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"synthetic-{number:D8}");

    public LocalFeatures Local(int number) => IsNear(number) ? _features[number % _features.Count] : _strongest[number % _strongest.Length];

    public GlobalDescriptor Global(int number)
    {
        var vector = _vectors.Draw(number);
        var query = _queries[number % _queries.Count].Global;
        if (IsNear(number))
        {
            var rank = (float)(number / _queries.Count) / _settings.NearEntries;
            var spread = LeastSpread + ((MostSpread - LeastSpread) * rank);
            TensorPrimitives.MultiplyAdd(vector, spread, query.Values.ToArray(), vector);
            TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
        }

        return new GlobalDescriptor { ModelId = query.ModelId, Values = { vector } };
    }

    private bool IsNear(int number) => number < _settings.NearEntries * _queries.Count;

    private static LocalFeatures Strongest(LocalFeatures all, int count)
    {
        count = Math.Min(count, all.Scores.Count);
        var bytesEach = all.Scores.Count == 0 ? 0 : all.Descriptors.Length / all.Scores.Count;
        var some = new LocalFeatures
        {
            ModelId = all.ModelId,
            ImageSize = all.ImageSize,
            Encoding = all.Encoding,
            Dim = all.Dim,
            Int8Scale = all.Int8Scale,
            Descriptors = ByteString.CopyFrom(all.Descriptors.Span[..(count * bytesEach)]),
        };
        some.Positions.AddRange(all.Positions.Take(2 * count));
        some.Scales.AddRange(all.Scales.Take(count));
        some.Scores.AddRange(all.Scores.Take(count));
        return some;
    }
}
