namespace Delg.Imaging.Scenes;

/// <summary>One drawn photo.</summary>
/// <param name="Group">The object it shows, such as facade_brick_01; its family is the part before the first underscore.</param>
/// <param name="Number">Which view of the group, from 1.</param>
/// <param name="Jpeg">The encoded photo.</param>
public sealed record SceneView(string Group, int Number, byte[] Jpeg)
{
    /// <summary>Where it belongs in a folder of one folder a group.</summary>
    public string RelativePath => $"{Group}/view_{Number:00}.jpg";
}
