using System.Numerics.Tensors;

namespace Delg.GlobalIndex.Exact.Codes;

/// <summary>
/// A vector x in 8 bits a component: x = scale · codes + r. The residual's length bounds what the codes may get wrong about any similarity
/// (<see cref="QueryCodes"/>).
/// </summary>
/// <param name="Scale">Value of one step.</param>
/// <param name="Residual">At least the length of r.</param>
internal readonly record struct RowCode(float Scale, float Residual)
{
    private const int MaxCode = 127;

    /// <summary>Rounds each component to the nearest of 255 steps; the largest one decides their width.</summary>
    /// <param name="vector">Finite, not all zero.</param>
    /// <param name="codes">Takes a code for each component.</param>
    public static RowCode Encode(ReadOnlySpan<float> vector, Span<sbyte> codes)
    {
        var scale = float.Abs(TensorPrimitives.MaxMagnitude(vector)) / MaxCode;
        Span<float> steps = stackalloc float[vector.Length];
        TensorPrimitives.Divide(vector, scale, steps);
        TensorPrimitives.Round(steps, steps);
        // Scaling may round a step past the last code.
        TensorPrimitives.Clamp(steps, -MaxCode, MaxCode, steps);
        TensorPrimitives.ConvertTruncating<float, sbyte>(steps, codes);
        TensorPrimitives.Multiply(steps, scale, steps);
        TensorPrimitives.Subtract(vector, steps, steps);
        // Each component of r is rounded by at most 2^-23 of x's, hence |x| · 2^-23 in all, and its length once a component.
        return new RowCode(scale, (TensorPrimitives.Norm<float>(steps) * 1.001f) + 1e-6f);
    }
}
