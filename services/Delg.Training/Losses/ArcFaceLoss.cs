using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Delg.Training.Losses;

/// <summary>
/// Additive angular margin classification of global descriptors (Deng et al. 2019; DELG §3.3): the true class must win by an angle.
/// </summary>
internal sealed class ArcFaceLoss
{
    // Beyond this the derivative of acos runs away.
    private const double CosineLimit = 1 - 1e-6;

    private readonly double _margin;
    private readonly double _scale;

    /// <param name="rows">Classes × dimension: where each class begins; only directions count, so they are brought to unit length.</param>
    /// <param name="margin">Added to the true class's angle, in radians.</param>
    /// <param name="scale">Multiplies the cosines.</param>
    public ArcFaceLoss(Tensor rows, double margin, double scale)
    {
        Rows = new Parameter(nn.functional.normalize(rows, dim: 1));
        Rows.DetachFromDisposeScope();
        _margin = margin;
        _scale = scale;
    }

    public Parameter Rows { get; }

    /// <summary>The mean cross-entropy, and how many of the batch lie nearest to their class's row without the margin.</summary>
    /// <param name="descriptors">N × dimension, of any length.</param>
    /// <param name="labels">N classes.</param>
    /// <param name="margined">Whether the margin counts: in training it does, in validation not.</param>
    public (Tensor Loss, Tensor Right) Compute(Tensor descriptors, Tensor labels, bool margined = true)
    {
        using var scope = NewDisposeScope();
        Tensor cosines = nn.functional.linear(nn.functional.normalize(descriptors, dim: 1), nn.functional.normalize(Rows, dim: 1));
        Tensor index = labels.view(-1, 1);
        Tensor angle = cosines.gather(1, index).clamp(-CosineLimit, CosineLimit).acos();
        // Past π the cosine would rise again: there the class keeps its own angle.
        Tensor widened = where(angle <= Math.PI - _margin, angle + _margin, angle).cos();
        Tensor logits = (margined ? cosines.scatter(1, index, widened) : cosines) * _scale;
        Tensor loss = nn.functional.cross_entropy(logits, labels);
        Tensor right = cosines.argmax(1).eq(labels).sum();
        scope.MoveToOuter(loss, right);
        return (loss, right);
    }
}
