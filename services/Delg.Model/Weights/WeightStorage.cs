namespace Delg.Model.Weights;

/// <summary>
/// How convolution and linear weights are stored. Biases and batch normalisation are float32 always: they are small, and a batch
/// normalisation's error would multiply a whole channel.
/// </summary>
public enum WeightStorage
{
    /// <summary>Exact.</summary>
    Float32,

    /// <summary>Half the size; relative error at most 2⁻¹¹.</summary>
    Float16,

    /// <summary>A quarter of the size: symmetric 8 bits with a float32 scale for each output channel; error at most half a scale.</summary>
    Int8,
}
