namespace Delg.Imaging.Resizing;

/// <summary>
/// For every output position along one axis: where its window of input samples starts, how many there are, and their weights as
/// 22-bit fixed-point numbers. This is the arithmetic of Pillow's antialiased BILINEAR filter: a triangle of half-width 1 output
/// sample when shrinking and 1 input sample when enlarging, cut off at the picture's edge, normalised to 1, rounded half away from zero.
/// </summary>
internal sealed class TriangleTaps
{
    /// <summary>Fraction bits of a weight: 32 less 8 for the sample and 2 for headroom.</summary>
    public const int PrecisionBits = 32 - 8 - 2;

    /// <summary>Weights of an output position are padded with zeros to a multiple of this, for the vector loops.</summary>
    public const int Padding = 4;

    public TriangleTaps(int inputSize, int outputSize)
    {
        double scale = (double)inputSize / outputSize;
        double support = Math.Max(scale, 1);
        int stride = (int)Math.Ceiling(support) * 2 + 1;
        Stride = (stride + Padding - 1) / Padding * Padding;
        Starts = new int[outputSize];
        Counts = new int[outputSize];
        Weights = new int[checked(outputSize * Stride)];

        var exact = new double[stride];
        for (int i = 0; i < outputSize; i++)
        {
            double center = (i + 0.5) * scale;
            int first = Math.Max((int)(center - support + 0.5), 0);
            int count = Math.Min((int)(center + support + 0.5), inputSize) - first;
            double inverse = 1 / support;
            double sum = 0;
            for (int t = 0; t < count; t++)
            {
                double weight = Math.Max(1 - Math.Abs((t + first - center + 0.5) * inverse), 0);
                exact[t] = weight;
                sum += weight;
            }

            Starts[i] = first;
            Counts[i] = count;
            // The order of operations (divide each weight, then scale) decides the last bit, and with it equality to Pillow.
            for (int t = 0; t < count; t++)
                Weights[i * Stride + t] = (int)(0.5 + exact[t] / sum * (1 << PrecisionBits));
        }
    }

    /// <summary>First input sample of each output position.</summary>
    public int[] Starts { get; }

    /// <summary>Input samples of each output position, at least 1.</summary>
    public int[] Counts { get; }

    /// <summary>Weights, <see cref="Stride"/> for each output position.</summary>
    public int[] Weights { get; }

    public int Stride { get; }
}
