namespace Delg.Training.Optimization;

public class LearningRateScheduleTests
{
    [Theory]
    [InlineData(LearningRateDecay.Linear, 0, 0.0, 0.1)]
    [InlineData(LearningRateDecay.Linear, 4, 0.0, 0.5)]
    [InlineData(LearningRateDecay.Linear, 50, 0.25, 0.75)]
    [InlineData(LearningRateDecay.Cosine, 50, 0.5, 0.5)]
    [InlineData(LearningRateDecay.Cosine, 50, 0.25, 0.8535534)]
    [InlineData(LearningRateDecay.Cosine, 100, 1.0, 0)]
    public void Factor_OverARun_RisesThenFalls(LearningRateDecay decay, long step, double progress, double expected) =>
        Assert.Equal(expected, new LearningRateSchedule(decay, warmUpSteps: 10).Factor(step, progress), 6);
}
