using System.Numerics.Tensors;

namespace Delg.Cli.Bench.Search;

/// <summary>
/// Unit vectors drawn from a normal distribution, evenly or in clusters of about a thousand, whose members have a cosine of about 0.73 to each
/// other. The same numbers give the same vectors.
/// </summary>
/// <param name="dim">Components of a vector.</param>
/// <param name="clusters">Clusters; 0: none.</param>
internal sealed class DrawnVectors(int dim, int clusters)
{
    private const float Spread = 0.6f;

    private readonly float[][] _centres = [.. Enumerable.Range(0, clusters).Select(cluster => Normal(new Random(1_000_000_007 + cluster), dim))];

    public float[] Draw(int number)
    {
        var random = new Random(number);
        var vector = Normal(random, dim);
        if (clusters > 0)
            TensorPrimitives.MultiplyAdd(vector, Spread, _centres[random.Next(clusters)], vector);
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
        return vector;
    }

    private static float[] Normal(Random random, int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i += 2)
        {
            // Box and Muller 1958.
            var radius = MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle()));
            var (sine, cosine) = MathF.SinCos(MathF.Tau * random.NextSingle());
            values[i] = radius * cosine;
            if (i + 1 < count)
                values[i + 1] = radius * sine;
        }

        return values;
    }
}
