namespace Delg.Model.Extraction;

/// <summary>Which descriptors of a picture are wanted. What is not wanted is not computed.</summary>
[Flags]
public enum DescriptorKinds
{
    /// <summary>The global descriptor: only its own scales run, and no attention.</summary>
    Global = 1,

    /// <summary>The local features: every scale ends after conv4.</summary>
    Local = 2,

    Both = Global | Local,
}
