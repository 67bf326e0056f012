using Delg.Cli.Index;
using Delg.Cli.Output;
using Delg.Contracts.Client;
using Delg.V1;

namespace Delg.Cli.Backup;

/// <summary>Sends the pictures of a backup to a collection that is there, some in one call and a few calls at once.</summary>
internal sealed class CollectionImport(DelgClient client, string collection)
{
    /// <summary>Pictures of one call at most.</summary>
    private const int MostImages = 64;

    /// <summary>A call is closed once it holds so much, bytes: well below what a gateway takes.</summary>
    private const int EnoughBytes = 4 * 1024 * 1024;

    private const int CallsAtOnce = 3;

    private readonly Lock _gate = new();
    private readonly List<IngestFailure> _failures = [];

    /// <summary>Pictures that the collection has taken.</summary>
    public long Imported { get; private set; }

    /// <summary>Those it has refused, in ascending order of id.</summary>
    public IReadOnlyList<IngestFailure> Failures => [.. _failures.OrderBy(failure => failure.ImageId, StringComparer.Ordinal)];

    public Task RunAsync(BackupReader backup, Terminal terminal, CancellationToken cancellation) =>
        WorkProgress.TrackAsync(terminal, "Importing", (int)Math.Min(backup.Images, int.MaxValue), advance => Parallel.ForEachAsync(
            Calls(backup.ReadImages()),
            new ParallelOptions { MaxDegreeOfParallelism = CallsAtOnce, CancellationToken = cancellation },
            async (call, stop) =>
            {
                var answer = await client.ImportAsync(call, stop);
                foreach (var result in answer.Results)
                {
                    Note(result);
                    advance();
                }
            }));

    private IEnumerable<ImportImagesRequest> Calls(IEnumerable<ExportedImage> images)
    {
        var call = new ImportImagesRequest { Collection = collection };
        var bytes = 0;
        foreach (var image in images)
        {
            call.Images.Add(image);
            bytes += image.CalculateSize();
            if (call.Images.Count < MostImages && bytes < EnoughBytes)
                continue;
            yield return call;
            (call, bytes) = (new ImportImagesRequest { Collection = collection }, 0);
        }

        if (call.Images.Count > 0)
            yield return call;
    }

    private void Note(ImageResult result)
    {
        lock (_gate)
        {
            if (result.Code == 0)
                Imported++;
            else
                _failures.Add(new IngestFailure(result.ImageId, result.Reason, result.Message));
        }
    }
}
