namespace Delg.Training.Data;

/// <summary>What counts as one class in training.</summary>
public enum LabelRule
{
    /// <summary>A folder of photos, or a label of the list.</summary>
    Folder,

    /// <summary>Each photo by itself, except in the folders named as showing one thing each.</summary>
    Instance,
}
