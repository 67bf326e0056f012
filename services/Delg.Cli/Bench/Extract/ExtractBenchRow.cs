namespace Delg.Cli.Bench.Extract;

/// <summary>One measurement: medians, times in milliseconds and for one picture.</summary>
internal sealed record ExtractBenchRow
{
    /// <summary>Larger side of the resized picture, pixels.</summary>
    public required int Side { get; init; }

    /// <summary>Columns of the resized picture.</summary>
    public required int Width { get; init; }

    /// <summary>Rows of the resized picture.</summary>
    public required int Height { get; init; }

    /// <summary>Scales of the pyramid.</summary>
    public required int Scales { get; init; }

    /// <summary>Those of them with a global descriptor.</summary>
    public required int GlobalScales { get; init; }

    /// <summary>Pictures in one pass.</summary>
    public required int Batch { get; init; }

    public required string Precision { get; init; }

    /// <summary>The whole extraction of a decoded and shrunk picture: pyramid, network, selection, encoding.</summary>
    public required double MsPerImage { get; init; }

    /// <summary>From encoded bytes to features, the next batch decoded and shrunk meanwhile.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>The trunk's passes alone, in the same precision and batch.</summary>
    public required double TrunkMs { get; init; }

    /// <summary>The trunk's passes in plain float32, batch 1: torch's default layout, one operation after another.</summary>
    public required double TrunkFloat32Ms { get; init; }

    /// <summary>The whole extraction in units of its trunk's passes.</summary>
    public double WholeOverTrunk => MsPerImage / TrunkMs;

    /// <summary>The trunk's passes in units of plain float32's.</summary>
    public double TrunkOverFloat32 => TrunkMs / TrunkFloat32Ms;

    public required double DecodeMs { get; init; }

    /// <summary>Pillow's resize to the larger side.</summary>
    public required double ResizeMs { get; init; }

    /// <summary>The pyramid's levels.</summary>
    public required double PyramidMs { get; init; }

    /// <summary>Trunk, attention, pooling.</summary>
    public required double NetworkMs { get; init; }

    /// <summary>Choosing positions by attention.</summary>
    public required double SelectMs { get; init; }

    /// <summary>Whitening, local descriptors, results in memory.</summary>
    public required double EncodeMs { get; init; }

    /// <summary>Shares of the sum of all stages, in [0, 1]; the pyramid counts as resizing.</summary>
    public IReadOnlyDictionary<string, double> Shares
    {
        get
        {
            var sum = DecodeMs + ResizeMs + PyramidMs + NetworkMs + SelectMs + EncodeMs;
            return new Dictionary<string, double>
            {
                ["decode"] = DecodeMs / sum,
                ["resize"] = (ResizeMs + PyramidMs) / sum,
                ["network"] = NetworkMs / sum,
                ["select"] = SelectMs / sum,
                ["encode"] = EncodeMs / sum,
            };
        }
    }
}
