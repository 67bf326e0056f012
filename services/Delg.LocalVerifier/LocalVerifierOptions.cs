using System.ComponentModel.DataAnnotations;
using Delg.LocalVerifier.Stores;
using Delg.LocalVerifier.Stores.Redis;
using Delg.LocalVerifier.Stores.Sqlite;
using Delg.V1;

namespace Delg.LocalVerifier;

/// <summary>Options of the service: keys of its section, e.g. <c>DELG_LocalVerifier__StorageEncoding</c>.</summary>
public sealed class LocalVerifierOptions
{
    /// <summary>
    /// Where features are kept: Sqlite (a file in the data folder) or Redis. Default Sqlite. Their own options are <see cref="SqliteStoreOptions"/> and
    /// <see cref="RedisStoreOptions"/>.
    /// </summary>
    [AllowedValues(FeatureStoreKind.Sqlite, FeatureStoreKind.Redis)]
    public FeatureStoreKind Store { get; set; } = FeatureStoreKind.Sqlite;

    /// <summary>
    /// Encoding that features are stored in unless they come in a smaller one: Float32 (512 bytes a feature of 128 components), Int8 (128 bytes) or
    /// Binary (16 bytes). Default Int8: a fourth of the space, and distances move by less than a hundredth.
    /// </summary>
    [AllowedValues(DescriptorEncoding.Float32, DescriptorEncoding.Int8, DescriptorEncoding.Binary)]
    public DescriptorEncoding StorageEncoding { get; set; } = DescriptorEncoding.Int8;

    /// <summary>
    /// Effective inliers from which a pair counts as verified when the request does not say. See
    /// <see cref="VerificationSettings.DefaultMinEffectiveInliers"/> for where the default comes from.
    /// </summary>
    [Range(1, 10_000)]
    public int MinEffectiveInliers { get; set; } = VerificationSettings.DefaultMinEffectiveInliers;

    /// <summary>Candidates of one request at most. Default and most: 1000.</summary>
    [Range(1, 1000)]
    public int MaxCandidates { get; set; } = 1000;

    /// <summary>Candidates of one request verified at the same time. Default 0: as many as there are processors.</summary>
    [Range(0, 1024)]
    public int Parallelism { get; set; }

    /// <summary>
    /// Bytes of candidates that a query reads while those before are verified, taken to be as long as the query; at least a candidate a processor. Default
    /// 1 MiB: two of 1000 features in FLOAT32, seven in INT8, which stay in the processors' caches. Far from the store: what a round trip carries, or more.
    /// </summary>
    [Range(1, long.MaxValue)]
    public long ReadAheadBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// Seconds before a call's deadline at which a request that allows partial results is answered with those there are: time for the answer to travel.
    /// Default 0.05.
    /// </summary>
    [Range(0, 60.0)]
    public double PartialMarginSeconds { get; set; } = 0.05;
}
