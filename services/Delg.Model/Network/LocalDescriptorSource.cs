using System.Text.Json.Serialization;

namespace Delg.Model.Network;

/// <summary>What a position of the shallow map is described by.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LocalDescriptorSource>))]
public enum LocalDescriptorSource
{
    /// <summary>The code of the autoencoder, <see cref="ModelLayout.LocalDimension"/> values (DELG §3.2).</summary>
    Autoencoder,

    /// <summary>
    /// The attention's hidden layer before its ReLU, <see cref="ModelLayout.AttentionDimension"/> values (feymanpriv/DELG). There is no
    /// autoencoder then. That code multiplies the unit-length descriptor by its attention score and normalises again; a score is
    /// positive, so that nothing is left of it.
    /// </summary>
    AttentionHidden,
}
