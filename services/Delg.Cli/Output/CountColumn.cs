using Spectre.Console;
using Spectre.Console.Rendering;

namespace Delg.Cli.Output;

/// <summary>Pieces done of all there are.</summary>
internal sealed class CountColumn : ProgressColumn
{
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text($"{task.Value:0}/{task.MaxValue:0}");
}
