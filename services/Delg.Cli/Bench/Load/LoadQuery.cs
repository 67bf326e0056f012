using Delg.V1;

namespace Delg.Cli.Bench.Load;

/// <summary>A photo that is asked for, with what the extractor makes of it.</summary>
/// <param name="Photo">The photo, which is indexed too: it is the best hit of a search for it.</param>
/// <param name="Global">Its global descriptor.</param>
/// <param name="Local">Its local features.</param>
internal sealed record LoadQuery(LoadPhoto Photo, GlobalDescriptor Global, LocalFeatures Local);
