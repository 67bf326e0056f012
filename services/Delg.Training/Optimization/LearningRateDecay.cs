namespace Delg.Training.Optimization;

/// <summary>How the learning rate falls to zero.</summary>
public enum LearningRateDecay
{
    /// <summary>Half a cosine.</summary>
    Cosine,

    /// <summary>A straight line, as published.</summary>
    Linear,
}
