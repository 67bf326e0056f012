using TorchSharp.Modules;

namespace Delg.Training.Optimization;

/// <summary>Parameters that share a learning rate and a clip.</summary>
/// <param name="Name">For metrics.</param>
/// <param name="LearningRate">Before the schedule's factor.</param>
/// <param name="Clip">Groups of one clip are clipped together.</param>
/// <param name="Parameters">By their names in a checkpoint.</param>
internal sealed record ParameterGroup(string Name, double LearningRate, GradientClip Clip, IReadOnlyList<(string Name, Parameter Value)> Parameters);
