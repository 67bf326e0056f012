namespace Delg.Training.Augmentation;

/// <summary>Ways to make a crop.</summary>
public enum AugmentationRecipe
{
    /// <summary>New viewpoints, clutter, light and recording.</summary>
    Viewpoints,

    /// <summary>A box of the photo, brought to a square: what was published.</summary>
    DistortedBox,
}
