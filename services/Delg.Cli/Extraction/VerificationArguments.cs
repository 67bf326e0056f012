using System.CommandLine;
using Delg.V1;

namespace Delg.Cli.Extraction;

/// <summary>The options of every verb that matches and verifies in its own process. What is not given is as the preset says.</summary>
internal sealed class VerificationArguments
{
    private const string Fused = "fused";
    private const string Published = "published";

    private readonly Option<string> _preset = new("--preset")
    {
        Description = $"Starting point: {Fused} (one-to-one matches, plausible maps only) or {Published} (the paper's recipe).",
        DefaultValueFactory = _ => Fused,
    };

    private readonly Option<float?> _maxDistance = new("--max-distance") { Description = "Largest descriptor distance of a match, L2 of unit vectors.", HelpName = "D" };

    private readonly Option<bool?> _mutual = new("--mutual") { Description = "Whether a match must be nearest in both directions.", HelpName = "true|false" };

    private readonly Option<float?> _maxRatio = new("--max-ratio") { Description = "Ratio test: largest share of the second nearest's distance that a match's may be.", HelpName = "R" };

    private readonly Option<GeometricModel> _map = new("--map")
    {
        Description = "Maps to look for.",
        DefaultValueFactory = _ => GeometricModel.Affine,
        HelpName = "affine|similarity|homography",
    };

    private readonly Option<float?> _maxResidual = new("--max-residual") { Description = "Largest residual of an inlier, pixels.", HelpName = "PX" };

    private readonly Option<uint?> _maxTrials = new("--max-trials") { Description = "RANSAC samples at most.", HelpName = "N" };

    private readonly Option<ulong> _seed = new("--seed") { Description = "Seed of the sampling.", DefaultValueFactory = _ => 0, HelpName = "N" };

    private readonly Option<uint?> _minEffectiveInliers = new("--min-effective-inliers") { Description = "Effective inliers from which a pair counts as verified.", HelpName = "N" };

    private readonly bool _hasPreset;

    /// <param name="command">Gets the options.</param>
    /// <param name="withPreset">False: the verb chooses the preset itself.</param>
    public VerificationArguments(Command command, bool withPreset = false)
    {
        _hasPreset = withPreset;
        if (withPreset)
        {
            _preset.AcceptOnlyFromAmong(Fused, Published);
            command.Add(_preset);
        }

        command.Add(_maxDistance);
        command.Add(_mutual);
        command.Add(_maxRatio);
        command.Add(_map);
        command.Add(_maxResidual);
        command.Add(_maxTrials);
        command.Add(_seed);
        command.Add(_minEffectiveInliers);
    }

    /// <summary>The options given, in the form the verifier takes.</summary>
    public VerificationOptions Read(ParseResult arguments)
    {
        var options = new VerificationOptions
        {
            Preset = _hasPreset && arguments.GetRequiredValue(_preset) == Published ? VerificationPreset.Published : VerificationPreset.Fused,
            Seed = arguments.GetRequiredValue(_seed),
            Model = arguments.GetRequiredValue(_map),
        };
        if (arguments.GetValue(_maxDistance) is { } maxDistance)
            options.MaxDescriptorDistance = maxDistance;
        if (arguments.GetValue(_mutual) is { } mutual)
            options.Mutual = mutual;
        if (arguments.GetValue(_maxRatio) is { } maxRatio)
            options.MaxDistanceRatio = maxRatio;
        if (arguments.GetValue(_maxResidual) is { } maxResidual)
            options.MaxResidualPx = maxResidual;
        if (arguments.GetValue(_maxTrials) is { } maxTrials)
            options.MaxTrials = maxTrials;
        if (arguments.GetValue(_minEffectiveInliers) is { } minEffectiveInliers)
            options.MinEffectiveInliers = minEffectiveInliers;
        return options;
    }
}
