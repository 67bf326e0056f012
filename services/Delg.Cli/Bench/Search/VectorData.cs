namespace Delg.Cli.Bench.Search;

/// <summary>How vectors are drawn.</summary>
internal enum VectorData
{
    /// <summary>Evenly.</summary>
    Random,

    /// <summary>In clusters of about a thousand.</summary>
    Clustered,
}
