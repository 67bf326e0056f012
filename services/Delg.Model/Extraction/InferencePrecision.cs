namespace Delg.Model.Extraction;

/// <summary>The number type that convolutions run in. GeM, whitening, attention scores, descriptors and norms are float32 always.</summary>
public enum InferencePrecision
{
    /// <summary>bfloat16 where the device computes in it (a CUDA device, a CPU with AVX512_BF16), float32 elsewhere.</summary>
    Auto,

    Float32,

    /// <summary>Half the memory and, where the device has it, about a third of the time. Slow on a processor without it.</summary>
    BFloat16,
}
