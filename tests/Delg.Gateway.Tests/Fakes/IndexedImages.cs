using Delg.V1;

namespace Delg.Gateway.Tests.Fakes;

/// <summary>Images that the fake services know, as if they had been indexed.</summary>
internal static class IndexedImages
{
    /// <summary>Puts an image with a vector of its own and features that no other has into the collection "default".</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="id">Its id.</param>
    /// <param name="vector">Its global descriptor's first components; normalised.</param>
    public static void AddImage(this GatewayHost gateway, string id, params float[] vector)
    {
        var (index, verifier, extractor) = (gateway.Backends.Index, gateway.Backends.Verifier, gateway.Backends.Extractor);
        index.Collections.TryAdd("default", new Collection { Name = "default", ModelId = extractor.ModelId });
        var norm = MathF.Sqrt(vector.Sum(value => value * value));
        var values = new float[FakeExtractor.Dim];
        for (var i = 0; i < vector.Length; i++)
            values[i] = vector[i] / norm;
        index.Entries[("default", id)] = new GlobalEntry { ImageId = id, Descriptor_ = new GlobalDescriptor { ModelId = extractor.ModelId, Values = { values } } };
        var features = extractor.Features(new ImageSize { Width = 100, Height = 80 });
        features.Positions[0] = verifier.Stored.Count + 1;
        verifier.Stored[("default", id)] = features;
    }

    /// <summary>Makes searches answer what the vectors say.</summary>
    public static void SearchByVectors(this GatewayHost gateway)
    {
        var entries = gateway.Backends.Index.Entries;
        gateway.Backends.Index.NeighborsOf = query => entries.Values
            .Select(entry => new Neighbor { ImageId = entry.ImageId, Similarity = entry.Descriptor_.Values.Zip(query.Values, (a, b) => a * b).Sum() })
            .OrderByDescending(neighbor => neighbor.Similarity);
    }
}
