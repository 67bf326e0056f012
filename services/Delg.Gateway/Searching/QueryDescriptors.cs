using Delg.V1;

namespace Delg.Gateway.Searching;

/// <summary>What a search looks for, in descriptors.</summary>
/// <param name="Global">The global descriptor.</param>
/// <param name="Local">The local features; null when nothing is verified.</param>
internal sealed record QueryDescriptors(GlobalDescriptor Global, LocalFeatures? Local);
