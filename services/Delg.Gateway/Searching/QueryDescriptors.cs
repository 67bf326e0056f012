using Delg.V1;

namespace Delg.Gateway.Searching;

/// <summary>What a search looks for, in descriptors.</summary>
/// <param name="Global">The global descriptor.</param>
/// <param name="Local">The local features; null when nothing is verified.</param>
/// <param name="IsGlobalOfWholeImage">A region was asked for, and only <paramref name="Local"/> is of it.</param>
internal sealed record QueryDescriptors(GlobalDescriptor Global, LocalFeatures? Local, bool IsGlobalOfWholeImage = false);
