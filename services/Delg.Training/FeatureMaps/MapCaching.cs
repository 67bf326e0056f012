using Delg.Model.Network;
using Delg.Training.Data;
using static TorchSharp.torch;

namespace Delg.Training.FeatureMaps;

/// <summary>Runs the frozen trunk over crops and keeps what comes out.</summary>
/// <param name="network">Its trunk is used, in its compute type and on its device; it is left unfolded.</param>
/// <param name="shape">What a crop's maps are like.</param>
/// <param name="ahead">Batches of crops in the making at a time.</param>
/// <param name="progress">For how many crops are to be done: what is told the count of those done.</param>
internal sealed class MapCaching(DelgNetwork network, MapShape shape, int ahead, Func<int, IProgress<int>?> progress)
{
    private const int BatchSize = 16;

    public MapShape Shape => shape;

    /// <summary>Opens a file, and makes those of its records that are not there yet.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">What its records depend on; a file of another content is begun anew.</param>
    /// <param name="total">Records.</param>
    /// <param name="make">The crops of a range of records: first, and how many.</param>
    /// <param name="cancellation">Stops the caching; what is done stays in the file.</param>
    public MapFile Fill(string path, string content, long total, Func<long, int, CropBatch> make, CancellationToken cancellation)
    {
        MapFile file = MapFile.Open(path, shape, content);
        try
        {
            long begun = file.Count;
            if (begun >= total) return file;
            IProgress<int>? told = progress((int)total);
            using var batches = new BatchesAhead(
                n => make(begun + n * BatchSize, (int)Math.Clamp(total - begun - n * BatchSize, 0, BatchSize)), first: 0, ahead);
            using IDisposable noGradient = no_grad();
            network.FoldForInference(network.ComputeType);
            Device device = network.parameters().First().device;
            while (file.Count < total)
            {
                cancellation.ThrowIfCancellationRequested();
                TrainingBatch crops = batches.Next();
                using var pause = CollectionPause.Begin();
                using var one = NewDisposeScope();
                (Tensor shallow, Tensor pooled) = crops.Features(network, device);
                file.Append(shallow, pooled);
                told?.Report((int)file.Count);
            }
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
        finally
        {
            network.Unfold();
        }
    }
}
