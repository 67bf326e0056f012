using Delg.Contracts.Errors;
using Delg.GlobalIndex.Milvus.Wire;
using Delg.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Delg.GlobalIndex.Milvus;

/// <summary>Entries as Milvus takes them: a column for each part of them, a row for each entry.</summary>
internal sealed class EntryColumns
{
    /// <summary>More than any valid entry takes: metadata, vector, key and the rest.</summary>
    public const int MaxRowBytes = 128 * 1024;

    private readonly MilvusCollection _collection;
    private readonly long _updateTime;
    private readonly StringArray _imageIds = new();
    private readonly List<IReadOnlyList<float>> _vectors = [];
    private readonly JsonArray _metadata = new();
    private readonly StringArray _contentHashes = new();
    private readonly IntArray _widths = new();
    private readonly IntArray _heights = new();
    private readonly StringArray _partitionKeys = new();

    public EntryColumns(MilvusCollection collection, DateTime updateTime)
    {
        _collection = collection;
        _updateTime = (updateTime - DateTime.UnixEpoch).Ticks;
    }

    public int Rows => _imageIds.Data.Count;

    /// <summary>Bytes of the rows, near enough to keep messages below a limit.</summary>
    public long Bytes { get; private set; }

    /// <exception cref="DelgException">FIELD_INVALID: the metadata is longer in JSON than Milvus takes.</exception>
    public void Add(GlobalEntry entry)
    {
        const int OtherBytes = 128;
        var metadata = MetadataJson.Write(entry.Metadata);
        if (metadata.Length > EntrySchema.MaxMetadataBytes)
            throw MetadataTooLong(entry.ImageId, metadata.Length);
        var partitionKey = _collection.Record.PartitionKey.Length == 0 ? "" : PartitionKeyOf(entry);
        _imageIds.Data.Add(entry.ImageId);
        _vectors.Add(entry.Descriptor_.Values);
        _metadata.Data.Add(metadata);
        _contentHashes.Data.Add(Convert.ToHexStringLower(entry.ContentHash.Span));
        _widths.Data.Add((int)(entry.ImageSize?.Width ?? 0));
        _heights.Data.Add((int)(entry.ImageSize?.Height ?? 0));
        _partitionKeys.Data.Add(partitionKey);
        Bytes += metadata.Length + (sizeof(float) * _collection.Dim) + (3 * (entry.ImageId.Length + partitionKey.Length)) + OtherBytes;
    }

    public IEnumerable<FieldData> ToFields()
    {
        yield return Scalars(EntrySchema.ImageId, DataType.Varchar, new ScalarField { StringData = _imageIds });
        yield return new FieldData { FieldName = EntrySchema.Vector, Type = EntrySchema.TypeOf(_collection.Storage), Vectors = Vectors() };
        yield return Scalars(EntrySchema.Metadata, DataType.Json, new ScalarField { JsonData = _metadata });
        yield return Scalars(EntrySchema.ContentHash, DataType.Varchar, new ScalarField { StringData = _contentHashes });
        yield return Scalars(EntrySchema.Width, DataType.Int32, new ScalarField { IntData = _widths });
        yield return Scalars(EntrySchema.Height, DataType.Int32, new ScalarField { IntData = _heights });
        var times = new LongArray { Data = { Enumerable.Repeat(_updateTime, Rows) } };
        yield return Scalars(EntrySchema.UpdateTime, DataType.Int64, new ScalarField { LongData = times });
        if (_collection.Record.PartitionKey.Length > 0)
            yield return Scalars(EntrySchema.PartitionKey, DataType.Varchar, new ScalarField { StringData = _partitionKeys });
    }

    /// <summary>The entries of a query's answer, in its order.</summary>
    /// <param name="fields">Its columns: <see cref="EntrySchema.WithoutVector"/>, and the vector where descriptors are wanted.</param>
    /// <param name="collection">Collection that was asked.</param>
    public static List<GlobalEntry> Read(IReadOnlyList<FieldData> fields, MilvusCollection collection)
    {
        var ids = Column(fields, EntrySchema.ImageId)?.Scalars?.StringData?.Data;
        if (ids is null || ids.Count == 0)
            return [];
        var metadata = Column(fields, EntrySchema.Metadata)!.Scalars.JsonData.Data;
        var hashes = Column(fields, EntrySchema.ContentHash)!.Scalars.StringData.Data;
        var widths = Column(fields, EntrySchema.Width)!.Scalars.IntData.Data;
        var heights = Column(fields, EntrySchema.Height)!.Scalars.IntData.Data;
        var times = Column(fields, EntrySchema.UpdateTime)!.Scalars.LongData.Data;
        var vectors = Column(fields, EntrySchema.Vector)?.Vectors;
        var entries = new List<GlobalEntry>(ids.Count);
        for (var row = 0; row < ids.Count; row++)
        {
            entries.Add(new GlobalEntry
            {
                ImageId = ids[row],
                Descriptor_ = vectors is null ? null : new GlobalDescriptor { ModelId = collection.Record.ModelId, Values = { VectorAt(vectors, row) } },
                Metadata = MetadataJson.Read(metadata[row]),
                ContentHash = ByteString.CopyFrom(Convert.FromHexString(hashes[row])),
                ImageSize = SizeOf(widths[row], heights[row]),
                UpdateTime = Timestamp.FromDateTime(DateTime.UnixEpoch.AddTicks(times[row])),
            });
        }

        return entries;
    }

    /// <summary>The neighbours of each query of a search's answer; ties, which Milvus leaves in any order, by ascending id.</summary>
    /// <param name="results">Its hits.</param>
    /// <param name="queries">Queries of the search.</param>
    /// <param name="minSimilarity">Hits below it are left out; null: none are.</param>
    public static IEnumerable<NeighborList> ReadNeighbors(SearchResultData results, int queries, float? minSimilarity)
    {
        var ids = results.Ids?.StrId?.Data;
        // Where nothing is found, columns have no values or are not there.
        var metadata = Column(results.FieldsData, EntrySchema.Metadata)?.Scalars?.JsonData?.Data;
        var widths = Column(results.FieldsData, EntrySchema.Width)?.Scalars?.IntData?.Data;
        var heights = Column(results.FieldsData, EntrySchema.Height)?.Scalars?.IntData?.Data;
        var start = 0;
        for (var query = 0; query < queries; query++)
        {
            // An empty collection is answered with no counts at all.
            var count = query < results.Topks.Count ? (int)results.Topks[query] : 0;
            var neighbors = Enumerable.Range(start, count)
                .Where(hit => minSimilarity is null || results.Scores[hit] >= minSimilarity)
                .Select(hit => new Neighbor
                {
                    ImageId = ids![hit],
                    Similarity = results.Scores[hit],
                    Metadata = MetadataJson.Read(metadata![hit]),
                    ImageSize = SizeOf(widths![hit], heights![hit]),
                })
                .OrderByDescending(neighbor => neighbor.Similarity).ThenBy(neighbor => neighbor.ImageId, CodePointOrder.Instance);
            yield return new NeighborList { Neighbors = { neighbors } };
            start += count;
        }
    }

    private static FieldData? Column(IEnumerable<FieldData> fields, string name) => fields.FirstOrDefault(field => field.FieldName == name);

    private static FieldData Scalars(string name, DataType type, ScalarField values) => new() { FieldName = name, Type = type, Scalars = values };

    private static ImageSize? SizeOf(int width, int height) => width == 0 ? null : new ImageSize { Width = (uint)width, Height = (uint)height };

    private static IEnumerable<float> VectorAt(VectorField vectors, int row)
    {
        var dim = (int)vectors.Dim;
        return vectors.DataCase == VectorField.DataOneofCase.Float16Vector
            ? HalfPrecision.Read(vectors.Float16Vector.Memory.Slice(row * dim * HalfPrecision.ComponentBytes, dim * HalfPrecision.ComponentBytes))
            : vectors.FloatVector.Data.Skip(row * dim).Take(dim);
    }

    private static DelgException MetadataTooLong(string imageId, int bytes)
    {
        var description = $"{bytes} bytes as JSON, of image '{ErrorText.Shortened(imageId)}'; Milvus takes {EntrySchema.MaxMetadataBytes}.";
        return new DelgException(StatusCode.InvalidArgument, ErrorReason.FieldInvalid, $"metadata: {description}")
        {
            Violations = [new FieldViolation("metadata", description)],
        };
    }

    private string PartitionKeyOf(GlobalEntry entry) =>
        entry.Metadata is { } metadata && metadata.Values.TryGetValue(_collection.Record.PartitionKey, out var value) ? value.StringValue : "";

    private VectorField Vectors()
    {
        var field = new VectorField { Dim = _collection.Dim };
        if (_collection.Storage == VectorStorage.Float16)
        {
            var rowBytes = _collection.Dim * HalfPrecision.ComponentBytes;
            var bytes = new byte[_vectors.Count * rowBytes];
            for (var row = 0; row < _vectors.Count; row++)
                HalfPrecision.Write(_vectors[row], bytes.AsSpan(row * rowBytes));
            field.Float16Vector = UnsafeByteOperations.UnsafeWrap(bytes);
            return field;
        }

        var values = new FloatArray();
        values.Data.Capacity = _vectors.Count * _collection.Dim;
        foreach (var vector in _vectors)
            values.Data.AddRange(vector);
        field.FloatVector = values;
        return field;
    }
}
