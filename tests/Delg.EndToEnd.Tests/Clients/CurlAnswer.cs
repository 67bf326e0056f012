using System.Text;
using System.Text.Json.Nodes;

namespace Delg.EndToEnd.Tests.Clients;

/// <summary>What came back from the server.</summary>
/// <param name="Status">HTTP's.</param>
/// <param name="ContentType">As the server says it.</param>
/// <param name="Body">All of it.</param>
internal sealed record CurlAnswer(int Status, string ContentType, byte[] Body)
{
    /// <summary>The body as an object.</summary>
    public JsonObject Json() => JsonNode.Parse(Body)!.AsObject();

    /// <summary>The object of an answer that is no failure.</summary>
    public JsonObject Good()
    {
        Assert.True(Status == 200, $"{Status} {Encoding.UTF8.GetString(Body)}");
        return Json();
    }
}
