using System.Globalization;
using Delg.Model.Weights;
using static TorchSharp.torch;

namespace Delg.Training.Checkpoints;

/// <summary>A run's whole state in one file: every tensor that training changes, and how far it has come.</summary>
internal static class TrainingCheckpoint
{
    private const string StepKey = "step", SecondsKey = "seconds", RunKey = "run", BestStepKey = "best_step", BestQualityKey = "best_quality";

    /// <param name="path">Replaced at once or not at all.</param>
    /// <param name="run">What must be the same for a run to go on from here.</param>
    /// <param name="position">How far the run has come.</param>
    /// <param name="tensors">By name.</param>
    public static void Save(string path, string run, TrainingPosition position, IEnumerable<(string Name, Tensor Value)> tensors)
    {
        var metadata = new Dictionary<string, string>
        {
            [RunKey] = run,
            [StepKey] = position.Step.ToString(CultureInfo.InvariantCulture),
            [SecondsKey] = position.Seconds.ToString("R", CultureInfo.InvariantCulture),
            [BestStepKey] = position.BestStep.ToString(CultureInfo.InvariantCulture),
            [BestQualityKey] = position.BestQuality.ToString("R", CultureInfo.InvariantCulture),
        };
        new SafetensorsFile(tensors.Select(t => TensorStorage.Store(t.Name, t.Value)), metadata).Write(path);
    }

    /// <summary>Restores every tensor.</summary>
    /// <exception cref="WeightsFormatException">The file is damaged, or belongs to a run with other photos or options.</exception>
    public static TrainingPosition Load(string path, string run, IEnumerable<(string Name, Tensor Value)> tensors)
    {
        SafetensorsFile file = SafetensorsFile.Read(path);
        if (!file.Metadata.TryGetValue(RunKey, out string? stored) || stored != run)
            throw new WeightsFormatException($"{path} belongs to another run ({stored}), this one is ({run}). Choose another work folder, or remove it.");
        foreach ((string name, Tensor value) in tensors)
        {
            if (!file.Tensors.TryGetValue(name, out StoredTensor? tensor))
                throw new WeightsFormatException($"{path}: tensor \"{name}\" is missing.");
            TensorStorage.Restore(tensor, value);
        }
        // Checkpoints were written before there was validation, too.
        return file.Metadata.ContainsKey(BestStepKey)
            ? new TrainingPosition(Count(StepKey), Number(SecondsKey), Count(BestStepKey), Number(BestQualityKey))
            : TrainingPosition.Start with { Step = Count(StepKey), Seconds = Number(SecondsKey) };

        double Number(string key) => double.TryParse(file.Metadata.GetValueOrDefault(key), CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new WeightsFormatException($"{path}: the metadata have no number \"{key}\".");

        long Count(string key) => long.TryParse(file.Metadata.GetValueOrDefault(key), CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new WeightsFormatException($"{path}: the metadata have no whole number \"{key}\".");
    }
}

/// <summary>How far a run has come.</summary>
/// <param name="Step">Steps taken.</param>
/// <param name="Seconds">Time they took.</param>
/// <param name="BestStep">The step that validated best.</param>
/// <param name="BestQuality">How well; minus infinity before the first validation.</param>
internal readonly record struct TrainingPosition(long Step, double Seconds, long BestStep, double BestQuality)
{
    public static TrainingPosition Start { get; } = new(0, 0, 0, double.NegativeInfinity);
}
