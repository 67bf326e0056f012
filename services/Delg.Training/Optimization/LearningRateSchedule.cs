namespace Delg.Training.Optimization;

/// <summary>A factor for every learning rate: it rises in a straight line over the warm-up and falls to zero at the end.</summary>
internal sealed class LearningRateSchedule(LearningRateDecay decay, int warmUpSteps)
{
    /// <param name="step">Steps taken so far.</param>
    /// <param name="progress">Share of the run that is done, 0 to 1.</param>
    public double Factor(long step, double progress)
    {
        double warmUp = step < warmUpSteps ? (step + 1.0) / warmUpSteps : 1;
        double rest = Math.Clamp(1 - progress, 0, 1);
        return warmUp * (decay == LearningRateDecay.Linear ? rest : (1 - Math.Cos(Math.PI * rest)) / 2);
    }
}
