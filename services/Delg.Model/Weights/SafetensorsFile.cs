using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Delg.Model.Weights;

/// <summary>
/// A safetensors file in memory: an 8-byte header length, a JSON header, then the tensors back to back. Reading is strict: the
/// tensors must cover the data exactly, without gaps or overlaps, so that a damaged file is told from a sound one before use.
/// </summary>
public sealed class SafetensorsFile
{
    /// <summary>Longest header that is read, in bytes.</summary>
    public const int MaxHeaderBytes = 16 * 1024 * 1024;

    /// <summary>Longest file that is read, in bytes.</summary>
    public const long MaxFileBytes = 2_000_000_000;

    /// <summary>Most axes of a tensor.</summary>
    public const int MaxAxes = 8;

    private const string MetadataKey = "__metadata__";

    // Tensors begin at a multiple of this, counted from the file's beginning.
    private const int Alignment = 8;

    private readonly Dictionary<string, StoredTensor> _tensors;

    /// <exception cref="WeightsFormatException">Two tensors share a name, or one's data do not fit its shape.</exception>
    public SafetensorsFile(IEnumerable<StoredTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(metadata);
        _tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (StoredTensor tensor in tensors)
        {
            if (tensor.Name.Length == 0 || tensor.Name == MetadataKey)
                throw new WeightsFormatException($"A tensor cannot be named \"{tensor.Name}\".");
            if (Bytes(tensor.Name, tensor.Type, tensor.Shape) != tensor.Data.Length)
                throw new WeightsFormatException($"Tensor \"{tensor.Name}\": {tensor.Data.Length} bytes of data do not fit {tensor.Type} {tensor.ShapeText}.");
            if (!_tensors.TryAdd(tensor.Name, tensor))
                throw new WeightsFormatException($"Tensor \"{tensor.Name}\" is there twice.");
        }
        Metadata = metadata;
    }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, StoredTensor> Tensors => _tensors;

    /// <summary>Free text that came with the tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads a file whole.</summary>
    /// <exception cref="WeightsFormatException">The file is not sound; the message says what is wrong with it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsFile Read(string path) => Parse(ReadBytes(path));

    /// <summary>Reads a file that is already in memory. Tensors point into <paramref name="file"/>.</summary>
    /// <exception cref="WeightsFormatException">The file is not sound; the message says what is wrong with it.</exception>
    public static SafetensorsFile Parse(ReadOnlyMemory<byte> file)
    {
        if (file.Length < sizeof(ulong))
            throw new WeightsFormatException($"A safetensors file has at least {sizeof(ulong)} bytes, this one has {file.Length}.");
        ulong headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(file.Span);
        if (headerBytes > MaxHeaderBytes)
            throw new WeightsFormatException($"The header is said to have {headerBytes} bytes; at most {MaxHeaderBytes} are read. Is this a safetensors file?");
        if (headerBytes > (ulong)(file.Length - sizeof(ulong)))
            throw new WeightsFormatException($"The header is said to have {headerBytes} bytes, but only {file.Length - sizeof(ulong)} follow: the file is cut short.");
        ReadOnlyMemory<byte> header = file.Slice(sizeof(ulong), (int)headerBytes);
        ReadOnlyMemory<byte> data = file[(sizeof(ulong) + (int)headerBytes)..];
        if (header.Length == 0 || header.Span[0] != (byte)'{')
            throw new WeightsFormatException("The header does not begin with '{'. Is this a safetensors file?");

        try
        {
            using JsonDocument json = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            return Read(json.RootElement, data);
        }
        // Text that is not UTF-8 passes the parser and is refused when it is read.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new WeightsFormatException($"The header is not sound JSON: {e.Message}", e);
        }
    }

    /// <summary>Writes the file beside its place and renames it, so that a reader never sees half of it.</summary>
    public void Write(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        string unfinished = $"{full}.{Guid.NewGuid():N}";
        try
        {
            using (FileStream stream = File.Create(unfinished))
            {
                Write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(unfinished, full, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>Writes the file. The same tensors and metadata give the same bytes.</summary>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        // Wide elements first, so that each tensor begins at a multiple of its element size.
        StoredTensor[] ordered =
        [
            .. _tensors.Values.OrderByDescending(t => t.Type.InBytes()).ThenBy(t => t.Name, StringComparer.Ordinal),
        ];
        byte[] header = Header(ordered);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (StoredTensor tensor in ordered)
            stream.Write(tensor.Data.Span);
    }

    internal static byte[] ReadBytes(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        long bytes = new FileInfo(path).Length;
        if (bytes > MaxFileBytes)
            throw new WeightsFormatException($"{path} has {bytes} bytes; at most {MaxFileBytes} are read.");
        return File.ReadAllBytes(path);
    }

    private byte[] Header(StoredTensor[] ordered)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (Metadata.Count > 0)
            {
                json.WriteStartObject(MetadataKey);
                foreach ((string key, string value) in Metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            foreach (StoredTensor tensor in ordered)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type.ToString());
                json.WriteStartArray("shape");
                foreach (long size in tensor.Shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.Data.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % Alignment != 0)
            buffer.WriteByte((byte)' ');
        if (buffer.Length > MaxHeaderBytes)
            throw new WeightsFormatException($"The header would have {buffer.Length} bytes; at most {MaxHeaderBytes} are read back.");
        return buffer.ToArray();
    }

    private static SafetensorsFile Read(JsonElement root, ReadOnlyMemory<byte> data)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var tensors = new List<(long Begin, long End, StoredTensor Tensor)>();
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Name == MetadataKey)
                ReadMetadata(property.Value, metadata);
            else
                tensors.Add(ReadTensor(property.Name, property.Value, data));
        }

        long position = 0;
        foreach ((long begin, long end, StoredTensor tensor) in tensors.OrderBy(t => t.Begin).ThenBy(t => t.End))
        {
            if (begin != position)
                throw new WeightsFormatException($"Tensor \"{tensor.Name}\" begins at byte {begin} of the data; the one before it ends at {position}.");
            position = end;
        }
        if (position != data.Length)
            throw new WeightsFormatException($"The tensors take {position} bytes, but {data.Length} bytes of data are there.");
        return new SafetensorsFile(tensors.Select(t => t.Tensor), metadata);
    }

    private static void ReadMetadata(JsonElement element, Dictionary<string, string> metadata)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new WeightsFormatException($"{MetadataKey} is not a JSON object.");
        foreach (JsonProperty item in element.EnumerateObject())
        {
            if (item.Value.ValueKind != JsonValueKind.String)
                throw new WeightsFormatException($"{MetadataKey}: \"{item.Name}\" is not text.");
            metadata.Add(item.Name, item.Value.GetString()!);
        }
    }

    private static (long Begin, long End, StoredTensor Tensor) ReadTensor(string name, JsonElement element, ReadOnlyMemory<byte> data)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new WeightsFormatException($"Tensor \"{name}\" is not described by a JSON object.");
        ElementType? type = null;
        long[]? shape = null, offsets = null;
        foreach (JsonProperty field in element.EnumerateObject())
        {
            switch (field.Name)
            {
                case "dtype":
                    type = ReadType(name, field.Value);
                    break;
                case "shape":
                    shape = ReadSizes(name, field, MaxAxes);
                    break;
                case "data_offsets":
                    offsets = ReadSizes(name, field, 2);
                    break;
                default:
                    throw new WeightsFormatException($"Tensor \"{name}\" has an unknown field \"{field.Name}\".");
            }
        }
        if (type is null || shape is null || offsets is null)
            throw new WeightsFormatException($"Tensor \"{name}\" needs dtype, shape and data_offsets.");
        if (offsets.Length != 2 || offsets[0] > offsets[1] || offsets[1] > data.Length)
            throw new WeightsFormatException($"Tensor \"{name}\": data_offsets [{string.Join(", ", offsets)}] do not lie in the {data.Length} bytes of data.");
        (long begin, long end) = (offsets[0], offsets[1]);
        long bytes = Bytes(name, type.Value, shape);
        if (bytes != end - begin)
            throw new WeightsFormatException($"Tensor \"{name}\": {type} [{string.Join(", ", shape)}] takes {bytes} bytes, its data_offsets span {end - begin}.");
        return (begin, end, new StoredTensor(name, type.Value, shape, data[(int)begin..(int)end]));
    }

    private static ElementType ReadType(string name, JsonElement element)
    {
        string text = element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();
        foreach (ElementType type in Enum.GetValues<ElementType>())
        {
            if (type.ToString() == text)
                return type;
        }
        throw new WeightsFormatException($"Tensor \"{name}\": dtype {text} is not one of {string.Join(", ", Enum.GetNames<ElementType>())}.");
    }

    private static long[] ReadSizes(string name, JsonProperty field, int maxCount)
    {
        if (field.Value.ValueKind != JsonValueKind.Array || field.Value.GetArrayLength() > maxCount)
            throw new WeightsFormatException($"Tensor \"{name}\": {field.Name} is not a list of at most {maxCount} numbers.");
        return
        [
            .. field.Value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out long size) && size >= 0
                ? size
                : throw new WeightsFormatException($"Tensor \"{name}\": {field.Name} holds {item.GetRawText()}, which is not a whole number of at least 0.")),
        ];
    }

    private static long Bytes(string name, ElementType type, IReadOnlyList<long> shape)
    {
        try
        {
            return shape.Aggregate((long)type.InBytes(), (bytes, size) => checked(bytes * size));
        }
        catch (OverflowException e)
        {
            throw new WeightsFormatException($"Tensor \"{name}\": the shape [{string.Join(", ", shape)}] is too large.", e);
        }
    }
}
