namespace Delg.Model.Weights.Import;

/// <summary>A safetensors file as a checkpoint.</summary>
public sealed class SafetensorsCheckpoint : Checkpoint
{
    /// <param name="file">A file in memory; it may be ours or another program's.</param>
    public SafetensorsCheckpoint(SafetensorsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        File = file;
        Tensors = file.Tensors.Values.ToDictionary(t => t.Name, t => new CheckpointTensor(t.Name, t.Type.ToString(), t.Type, t.Shape), StringComparer.Ordinal);
    }

    /// <summary>The file itself, with its metadata.</summary>
    public SafetensorsFile File { get; }

    public override string Format => "safetensors";

    public override IReadOnlyDictionary<string, CheckpointTensor> Tensors { get; }

    public override StoredTensor Read(string name) => File.Tensors[name];
}
