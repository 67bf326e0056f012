using Spectre.Console;
using Spectre.Console.Rendering;

namespace Delg.Cli.Output;

/// <summary>Pieces a second since the start.</summary>
internal sealed class RateColumn : ProgressColumn
{
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
        new Text(task.ElapsedTime is { TotalSeconds: > 0 } elapsed ? $"{task.Value / elapsed.TotalSeconds:0.0}/s" : "-/s");
}
