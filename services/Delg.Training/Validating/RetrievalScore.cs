using Delg.Evaluation.Metrics;
using static TorchSharp.torch;

namespace Delg.Training.Validating;

/// <summary>How well descriptors find others of their class.</summary>
internal static class RetrievalScore
{
    /// <summary>The mean average precision (trapezoid) over all descriptors that have another of their class, each asked against all others.</summary>
    /// <param name="descriptors">Count × dimension, of any length.</param>
    /// <param name="labels">The class of each.</param>
    /// <returns>0 to 1; NaN if no class has two.</returns>
    public static double Of(Tensor descriptors, IReadOnlyList<long> labels)
    {
        using var scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor unit = nn.functional.normalize(descriptors, dim: 1);
        float[] similarities = unit.mm(unit.t()).to_type(ScalarType.Float32).cpu().data<float>().ToArray();
        int count = labels.Count;
        double[] precisions = new double[count];
        Parallel.For(0, count, query =>
        {
            int[] answer = [.. Enumerable.Range(0, count).Where(i => i != query).OrderByDescending(i => similarities[query * count + i])];
            int[] ranks = [.. Enumerable.Range(0, answer.Length).Where(r => labels[answer[r]] == labels[query])];
            precisions[query] = AveragePrecision.Trapezoid(ranks, ranks.Length);
        });
        return precisions.Where(p => !double.IsNaN(p)).DefaultIfEmpty(double.NaN).Average();
    }
}
