using Delg.Training.Data;
using static TorchSharp.torch;

namespace Delg.Training.Validating;

/// <summary>Measures a session on the photos held back.</summary>
/// <param name="batches">The photos, the same each time.</param>
internal sealed class Validation(Func<IEnumerable<TrainingBatch>> batches)
{
    /// <summary>Runs the network over all photos; nothing is changed.</summary>
    public ValidationMetrics Measure(TrainingSession session)
    {
        using var scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        double global = 0, right = 0, attention = 0, reconstruction = 0;
        var labels = new List<long>();
        var descriptors = new List<Tensor>();
        foreach (TrainingBatch batch in batches())
        {
            using var pause = CollectionPause.Begin();
            using var one = NewDisposeScope();
            BatchLosses losses = session.Losses(batch, margined: false);
            int count = batch.Labels.Length;
            global += losses.Global.item<float>() * count;
            right += losses.Right.item<long>();
            attention += losses.Attention.item<float>() * count;
            reconstruction += losses.Reconstruction.item<float>() * count;
            descriptors.Add(losses.Descriptors.MoveToOuterDisposeScope());
            labels.AddRange(batch.Labels);
        }
        int all = labels.Count;
        return new ValidationMetrics(global / all, right / all, attention / all, reconstruction / all, RetrievalScore.Of(cat(descriptors), labels));
    }
}
