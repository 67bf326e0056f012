using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Delg.ServiceDefaults.Tests;

/// <summary>A gRPC call without a gRPC client, to see what one is sent.</summary>
internal static class RawCall
{
    private const int PrefixBytes = 5;

    /// <summary>The trailers of a unary call as they travel: binary ones in base64. A call that fails at once has them where headers stand.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> TrailersAsync(HttpClient http, string path, IMessage message)
    {
        var body = new byte[PrefixBytes + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), message.CalculateSize());
        message.WriteTo(body.AsSpan(PrefixBytes));
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.Add("te", "trailers");
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return answer.Headers.Concat(answer.TrailingHeaders).ToDictionary(header => header.Key, header => string.Join(",", header.Value));
    }
}
