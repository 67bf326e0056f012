using System.Globalization;
using Delg.Model.Weights;
using static TorchSharp.torch;

namespace Delg.Training.Checkpoints;

/// <summary>A run's whole state in one file: every tensor that training changes, and how far it has come.</summary>
internal static class TrainingCheckpoint
{
    private const string StepKey = "step", SecondsKey = "seconds", RunKey = "run";

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
        return new TrainingPosition(
            long.Parse(file.Metadata[StepKey], CultureInfo.InvariantCulture),
            double.Parse(file.Metadata[SecondsKey], CultureInfo.InvariantCulture));
    }
}

/// <param name="Step">Steps taken.</param>
/// <param name="Seconds">Time they took.</param>
internal readonly record struct TrainingPosition(long Step, double Seconds);
