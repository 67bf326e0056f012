using System.ComponentModel.DataAnnotations;
using Delg.Imaging.Decoding;
using Delg.Model.Extraction;

namespace Delg.Extractor;

/// <summary>Settings of the extractor: keys of the section <see cref="ExtractorHosting.Section"/>, variables <c>DELG_Extractor__…</c>.</summary>
public sealed class ExtractorOptions
{
    /// <summary>Weights file. Default: what the variable <c>DELG_MODEL</c> names, else the weights that ship with the program.</summary>
    public string Weights { get; set; } = "";

    /// <summary>Where the network runs: <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>. Default <c>cpu</c>.</summary>
    [Required]
    public string Device { get; set; } = "cpu";

    /// <summary>Arithmetic of the convolutions: auto, float32 or bfloat16. Default auto: bfloat16 where the device computes in it.</summary>
    public InferencePrecision Precision { get; set; } = InferencePrecision.Auto;

    /// <summary>Threads of one forward pass on the CPU. Default 0: one a core.</summary>
    [Range(0, 1024)]
    public int InferenceThreads { get; set; }

    /// <summary>Images that may wait for the network, decoding included; one more is refused with EXTRACTOR_QUEUE_FULL. Default 64.</summary>
    [Range(1, 100_000)]
    public int QueueCapacity { get; set; } = 64;

    /// <summary>
    /// Refuse an image with EXTRACTOR_QUEUE_FULL, too, when its caller's deadline would pass before all that go before it are done, by the time images took
    /// lately. Default true.
    /// </summary>
    public bool RefuseLate { get; set; } = true;

    /// <summary>
    /// Decoded images of each priority that may be in memory before the network takes them, and so images decoded at a time. Default 4. The
    /// largest takes 3 bytes a pixel of <c>Decode:MaxPixels</c>.
    /// </summary>
    [Range(1, 1024)]
    public int DecodeParallelism { get; set; } = 4;

    /// <summary>
    /// Images of one size that go through the network together, at most; one pass serves queries or ingest, not both. Default 0: 8 on a CUDA
    /// device, else 1: on two cores four together took 4 to 15 % less time each at 512 pixels, but the first then waits for the last.
    /// </summary>
    [Range(0, 256)]
    public int MaxBatch { get; set; }

    /// <summary>Longest time an image waits for others to fill its batch, milliseconds. Default 0: a batch is what waits already.</summary>
    [Range(0, 10_000)]
    public int MaxBatchDelayMilliseconds { get; set; }

    /// <summary>
    /// Queries after which one batch of waiting ingest goes first, so that ingest ends however many queries keep coming. Default 16;
    /// 0: ingest waits until no query does.
    /// </summary>
    [Range(0, 1_000_000)]
    public int QueriesPerIngest { get; set; } = 16;

    /// <summary>What an image may cost: the keys <c>Decode:MaxBytes</c>, <c>MaxPixels</c>, <c>MaxSidePixels</c>, <c>MaxFrames</c>, <c>Formats</c>.</summary>
    public DecodeLimits Decode { get; set; } = new();

    /// <summary>Pixels the larger side is brought down to. Default 0: as the weights' manifest says (640 with the shipped ones, 1024 as published).</summary>
    [Range(0, 16384)]
    public int MaxImageSidePixels { get; set; }

    /// <summary>Run the network once before the service says it is ready. Default true.</summary>
    public bool WarmUp { get; set; } = true;

    /// <summary>Shortest wait asked of a caller that is refused because the queue is full, seconds. Default 0.5.</summary>
    [Range(0.01, 60)]
    public double RetrySeconds { get; set; } = 0.5;
}
