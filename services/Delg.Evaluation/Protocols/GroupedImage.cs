namespace Delg.Evaluation.Protocols;

/// <summary>One image of a collection sorted into folders.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Group">Its folder's name: images of one group show the same thing. Null: a distractor, which shows nothing asked for.</param>
public sealed record GroupedImage(string Path, string? Group)
{
    /// <summary>The group's name up to the first underscore (all of it when there is none); null for a distractor.</summary>
    public string? Family => Group?.Split('_', 2)[0];
}
