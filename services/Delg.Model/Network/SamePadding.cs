namespace Delg.Model.Network;

/// <summary>TensorFlow's "SAME" padding: as many outputs as strides fit into the side, the odd pixel after rather than before.</summary>
internal static class SamePadding
{
    public static (long Before, long After) Of(long side, int kernel, int stride)
    {
        long outputs = (side + stride - 1) / stride;
        long total = Math.Max((outputs - 1) * stride + kernel - side, 0);
        return (total / 2, total - total / 2);
    }
}
