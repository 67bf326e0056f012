using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Delg.Cli.Output;
using Delg.V1;
using Grpc.Core;

namespace Delg.Cli.Bench.Load;

/// <summary>
/// The collection that is searched: photos, indexed through the gateway, and synthetic entries, put into the stores. Its name says what is in it, so a
/// second run finds it filled, and one that broke off goes on.
/// </summary>
internal sealed class LoadCollection(LoadSystem system, LoadSettings settings, IReadOnlyList<LoadPhoto> photos)
{
    private const int EntriesPerCall = 1000;
    private const int PutsAtOnce = 32;
    private const string SyntheticKey = "synthetic";

    private readonly Dictionary<LoadPhoto, ExtractResponse> _extracted = [];

    public string Name { get; private set; } = "";

    /// <summary>Fills what is not there yet.</summary>
    /// <returns>The photos to ask for.</returns>
    public async Task<IReadOnlyList<LoadQuery>> FillAsync(Terminal terminal, CancellationToken cancellation)
    {
        var model = await system.Extractor.GetModelAsync(new GetModelRequest(), cancellationToken: cancellation);
        Name = NameFor(model.ModelId);
        var asked = Enumerable.Range(0, settings.Queries).Select(i => photos[i * photos.Count / settings.Queries]).ToList();
        await ExtractAsync(asked, terminal, cancellation);
        LoadQuery[] queries = [.. asked.Select(photo => new LoadQuery(photo, _extracted[photo].Global, _extracted[photo].Local))];
        await MakeAsync(model, cancellation);
        var count = new CountEntriesRequest { Collection = Name, Filter = $"HAS {SyntheticKey}" };
        var there = (int)(await system.GlobalIndex.CountEntriesAsync(count, cancellationToken: cancellation)).EntryCount;
        if (there < settings.Entries)
        {
            await ExtractAsync(photos, terminal, cancellation);
            var entries = new SyntheticEntries(settings, queries, [.. photos.Select(photo => _extracted[photo].Local)]);
            await WorkProgress.TrackAsync(terminal, "Filling", settings.Entries - there, advance => PutAsync(entries, there, advance, cancellation));
        }

        await WorkProgress.TrackAsync(terminal, "Indexing photos", photos.Count, async advance =>
        {
            foreach (var photo in photos)
            {
                await system.Gateway.IndexImageAsync(new IndexImageRequest { Collection = Name, ImageId = photo.ImageId, Image = photo.Image }, cancellationToken: cancellation);
                advance();
            }
        });
        return queries;
    }

    /// <summary>Takes it away again.</summary>
    public async Task DropAsync(CancellationToken cancellation) =>
        await system.Gateway.DeleteImageCollectionAsync(new DeleteImageCollectionRequest { Name = Name, AllowMissing = true }, cancellationToken: cancellation);

    private string NameFor(string modelId)
    {
        var content = string.Create(
            CultureInfo.InvariantCulture, $"{modelId} {settings.NearEntries} {settings.FarFeatures} {settings.Queries} {string.Join(' ', photos.Select(photo => photo.ImageId))}");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(content));
        foreach (var photo in photos)
            hash.AppendData(photo.Image.Span);
        return string.Create(CultureInfo.InvariantCulture, $"load-{settings.Entries}-{Convert.ToHexStringLower(hash.GetHashAndReset())[..12]}");
    }

    private async Task ExtractAsync(IReadOnlyList<LoadPhoto> wanted, Terminal terminal, CancellationToken cancellation)
    {
        var missing = wanted.Where(photo => !_extracted.ContainsKey(photo)).ToList();
        await WorkProgress.TrackAsync(terminal, "Extracting", missing.Count, async advance =>
        {
            foreach (var photo in missing)
            {
                _extracted[photo] = await system.Extractor.ExtractAsync(new ExtractRequest { Image = photo.Image }, cancellationToken: cancellation);
                advance();
            }
        });
    }

    private async Task MakeAsync(GetModelResponse model, CancellationToken cancellation)
    {
        try
        {
            await system.GlobalIndex.CreateCollectionAsync(
                new CreateCollectionRequest { Name = Name, ModelId = model.ModelId, Dim = model.GlobalDim }, cancellationToken: cancellation);
        }
        catch (RpcException failure) when (failure.StatusCode == StatusCode.AlreadyExists)
        {
            // An earlier run made it.
        }
    }

    private async Task PutAsync(SyntheticEntries entries, int first, Action advance, CancellationToken cancellation)
    {
        var limit = new ParallelOptions { MaxDegreeOfParallelism = PutsAtOnce, CancellationToken = cancellation };
        for (var start = first; start < settings.Entries; start += EntriesPerCall)
        {
            var numbers = Enumerable.Range(start, Math.Min(EntriesPerCall, settings.Entries - start)).ToList();
            // Features first: the entries counted at the next start have theirs.
            await Parallel.ForEachAsync(numbers, limit, async (number, stop) =>
            {
                await system.LocalVerifier.PutFeaturesAsync(
                    new PutFeaturesRequest { Collection = Name, ImageId = SyntheticEntries.IdOf(number), Features = entries.Local(number) }, cancellationToken: stop);
                advance();
            });
            var upsert = new UpsertEntriesRequest { Collection = Name };
            upsert.Entries.AddRange(numbers.Select(number => new GlobalEntry
            {
                ImageId = SyntheticEntries.IdOf(number),
                Descriptor_ = entries.Global(number),
                Metadata = new V1.Metadata { Values = { [SyntheticKey] = new MetadataValue { BoolValue = true } } },
            }));
            await system.GlobalIndex.UpsertEntriesAsync(upsert, cancellationToken: cancellation);
        }
    }
}
