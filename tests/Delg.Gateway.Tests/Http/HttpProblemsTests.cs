using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Delg.Contracts.Errors;
using Delg.Gateway.Tests.Fakes;
using Grpc.Core;

namespace Delg.Gateway.Tests.Http;

/// <summary>Failures over HTTP: problem details with the reasons that gRPC callers see.</summary>
public class HttpProblemsTests
{
    [Fact]
    public async Task Problem_OfMissingImage_HasReasonAndDetails()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Backends.Index.Collections["default"] = new V1.Collection { Name = "default" };
        using var http = gateway.NewHttpClient();

        var problem = await ProblemAsync(await http.GetAsync("/v1/collections/default/images/nobody"), HttpStatusCode.NotFound, ErrorReason.ImageNotFound);

        Assert.Equal("NOT_FOUND", problem.GetProperty("code").GetString());
        Assert.Equal("about:blank", problem.GetProperty("type").GetString());
        Assert.Equal(404, problem.GetProperty("status").GetInt32());
        Assert.Equal("nobody", problem.GetProperty("details").GetProperty("image_id").GetString());
    }

    [Fact]
    public async Task Problem_OfSeveralMistakes_NamesEachField()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();

        var answer = await http.PostAsJsonAsync("/v1/collections/-:search", new { topK = 1001, imageId = "a" });

        var problem = await ProblemAsync(answer, HttpStatusCode.BadRequest, ErrorReason.FieldInvalid);
        Assert.Equal(["collection", "top_k"], problem.GetProperty("violations").EnumerateArray().Select(v => v.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task Problem_OfFullQueue_SaysWhenToTryAgain()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Backends.Extractor.Before = (_, _) => throw new DelgException(StatusCode.ResourceExhausted, ErrorReason.ExtractorQueueFull, "Full.")
        {
            RetryDelay = TimeSpan.FromSeconds(1.5),
        }.ToRpcException();
        using var http = gateway.NewHttpClient();

        var answer = await http.PostAsync("/v1/collections/default/images/a", Picture());

        var problem = await ProblemAsync(answer, HttpStatusCode.TooManyRequests, ErrorReason.ExtractorQueueFull);
        Assert.Equal(1.5, problem.GetProperty("retryAfterSeconds").GetDouble());
        Assert.Equal(TimeSpan.FromSeconds(2), answer.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task Problem_OfServiceThatIsDown_Is503()
    {
        await using var gateway = await GatewayHost.StartAsync(("GlobalIndex", "http://127.0.0.1:1"));
        using var http = gateway.NewHttpClient();

        var answer = await http.DeleteAsync("/v1/collections/default");

        await ProblemAsync(answer, HttpStatusCode.ServiceUnavailable, ErrorReason.DependencyUnavailable);
    }

    [Fact]
    public async Task Json_Malformed_IsFieldInvalid()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();
        using var content = new StringContent("{\"imageId\":", MediaTypeHeaderValue.Parse("application/json"));

        await ProblemAsync(await http.PostAsync("/v1/collections/default:search", content), HttpStatusCode.BadRequest, ErrorReason.FieldInvalid);
    }

    [Fact]
    public async Task Form_WithMistakes_NamesEachPart()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent([1]), "image", "a.jpg" },
            { new ByteArrayContent([1]), "image", "b.jpg" },
            { new StringContent("many"), "top_k" },
            { new StringContent("yes"), "include_timings" },
            { new StringContent("{"), "region" },
            { new StringContent("x"), "no_such" },
            { new StringContent("1"), "top_k.left" },
        };

        var problem = await ProblemAsync(await http.PostAsync("/v1/collections/default:search", form), HttpStatusCode.BadRequest, ErrorReason.FieldInvalid);

        Assert.Equal(
            ["image", "top_k", "include_timings", "region", "no_such", "top_k.left"],
            problem.GetProperty("violations").EnumerateArray().Select(v => v.GetProperty("field").GetString()));
    }

    [Theory]
    [InlineData("multipart/form-data", "")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=image\r\n\r\nbreaks off")]
    public async Task Form_ThatCannotBeRead_IsFieldInvalid(string type, string body)
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();
        using var content = new StringContent(body, MediaTypeHeaderValue.Parse(type));

        var problem = await ProblemAsync(await http.PostAsync("/v1/collections/default:search", content), HttpStatusCode.BadRequest, ErrorReason.FieldInvalid);

        Assert.Equal("body", problem.GetProperty("violations")[0].GetProperty("field").GetString());
    }

    [Theory]
    [InlineData(false, "application/json")]
    [InlineData(true, "application/json")]
    [InlineData(false, "image/jpeg")]
    [InlineData(true, "image/jpeg")]
    public async Task Body_AboveTheLimit_Is413(bool chunked, string type)
    {
        await using var gateway = await GatewayHost.StartAsync(("MaxHttpBodyBytes", "2000"));
        using var http = gateway.NewHttpClient();
        using var content = new ByteArrayContent([.. Enumerable.Repeat((byte)' ', 2001)]);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/collections/default/images/a") { Content = content };
        request.Headers.TransferEncodingChunked = chunked;

        var problem = await ProblemAsync(await http.SendAsync(request), HttpStatusCode.RequestEntityTooLarge, ErrorReason.RequestTooLarge);

        Assert.Equal("2000", problem.GetProperty("details").GetProperty("max_bytes").GetString());
    }

    [Theory]
    [InlineData("GET", "/v1/nothing")]
    [InlineData("PATCH", "/v1/collections")]
    public async Task Path_Unknown_IsMethodNotFound(string verb, string path)
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(verb), path);

        await ProblemAsync(await http.SendAsync(request), HttpStatusCode.NotFound, ErrorReason.MethodNotFound);
    }

    [Theory]
    [InlineData("https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData(null, HttpStatusCode.OK)]
    public async Task Form_FromAnotherOrigin_IsRefused(string? origin, HttpStatusCode expected)
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var http = gateway.NewHttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/collections/default/images/a") { Content = Picture() };
        request.Headers.Add("Origin", origin ?? gateway.HttpAddress);

        var answer = await http.SendAsync(request);

        Assert.Equal(expected, answer.StatusCode);
        if (expected == HttpStatusCode.Forbidden)
            await ProblemAsync(answer, expected, ErrorReason.OriginRefused);
    }

    private static ByteArrayContent Picture()
    {
        var content = new ByteArrayContent([1]);
        content.Headers.ContentType = new("image/jpeg");
        return content;
    }

    private static async Task<JsonElement> ProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string reason)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal(reason, problem.GetProperty("reason").GetString());
        return problem;
    }
}
