using Delg.V1;

namespace Delg.GlobalIndex.Tests;

/// <summary>Descriptors drawn from seeded generators.</summary>
internal static class Vectors
{
    public const string Model = "test@0123456789ab";

    public static float[] Random(Random random, int dim)
    {
        var values = new float[dim];
        for (var i = 0; i < dim; i++)
            values[i] = random.NextSingle() - 0.5f;
        return values;
    }

    /// <summary>Vectors around a few centres: many similarities lie close together, as those of real photos do.</summary>
    public static List<float[]> Clustered(Random random, int count, int dim, int clusters, float spread)
    {
        var centres = Enumerable.Range(0, clusters).Select(_ => Random(random, dim)).ToArray();
        return [.. Enumerable.Range(0, count).Select(i => centres[i % clusters].Select(value => value + spread * (random.NextSingle() - 0.5f)).ToArray())];
    }

    public static GlobalDescriptor Descriptor(params IEnumerable<float> values) => new() { ModelId = Model, Values = { values } };

    public static GlobalEntry Entry(string imageId, params IEnumerable<float> values) => new() { ImageId = imageId, Descriptor_ = Descriptor(values) };

    /// <summary>Cosine of the angle between two vectors, in float64.</summary>
    public static double Cosine(float[] a, float[] b)
    {
        double dot = 0, aa = 0, bb = 0;
        for (var i = 0; i < a.Length; i++)
        {
            dot += (double)a[i] * b[i];
            aa += (double)a[i] * a[i];
            bb += (double)b[i] * b[i];
        }

        return dot / Math.Sqrt(aa * bb);
    }
}
