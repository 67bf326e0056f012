namespace Delg.LocalVerifier.Stores;

/// <summary>Where local features are kept.</summary>
public enum FeatureStoreKind
{
    /// <summary>A file in the data folder.</summary>
    Sqlite,

    /// <summary>A Redis server or cluster.</summary>
    Redis,
}
