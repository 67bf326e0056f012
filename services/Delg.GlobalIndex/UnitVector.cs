using System.Numerics.Tensors;
using Google.Protobuf.Collections;

namespace Delg.GlobalIndex;

/// <summary>Brings descriptors to unit length.</summary>
internal static class UnitVector
{
    /// <summary>
    /// The direction of <paramref name="values"/>, in float32. Computed in float64, so that a vector which is unit length to float32's
    /// precision keeps its bits: reading an entry and writing it back changes nothing.
    /// </summary>
    /// <param name="values">Finite, not all zero.</param>
    public static float[] Of(RepeatedField<float> values)
    {
        var wide = new double[values.Count];
        for (var i = 0; i < wide.Length; i++)
            wide[i] = values[i];
        TensorPrimitives.Divide(wide, TensorPrimitives.Norm<double>(wide), wide);
        var unit = new float[wide.Length];
        TensorPrimitives.ConvertTruncating<double, float>(wide, unit);
        return unit;
    }
}
