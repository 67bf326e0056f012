using System.Numerics.Tensors;
using Delg.V1;

namespace Delg.Gateway.Searching;

/// <summary>A query's global descriptor with those of hits added.</summary>
internal static class ExpandedQuery
{
    /// <summary>
    /// q + Σ max(similarity, 0)^alpha · hit, unit length: α-weighted query expansion (Radenović, Tolias, Chum, "Fine-tuning CNN Image Retrieval
    /// with No Human Annotation", TPAMI 2019). A hit that is less than unrelated has no weight.
    /// </summary>
    /// <param name="query">Unit length.</param>
    /// <param name="hits">Descriptors of the hits, unit length, with their similarity to the query.</param>
    /// <param name="alpha">At least 0.</param>
    public static GlobalDescriptor Of(GlobalDescriptor query, IEnumerable<(GlobalDescriptor Descriptor, float Similarity)> hits, float alpha)
    {
        var sum = UnitLength([.. query.Values]);
        foreach (var (descriptor, similarity) in hits)
        {
            var weight = similarity > 0 ? MathF.Pow(similarity, alpha) : 0;
            TensorPrimitives.MultiplyAdd<float>([.. descriptor.Values], weight, sum, sum);
        }

        return new GlobalDescriptor { ModelId = query.ModelId, Values = { UnitLength(sum) } };
    }

    private static float[] UnitLength(float[] values)
    {
        TensorPrimitives.Divide(values, TensorPrimitives.Norm<float>(values), values);
        return values;
    }
}
