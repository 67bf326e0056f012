using System.Net;
using System.Net.Sockets;
using Delg.Contracts.Errors;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Remote;

/// <summary>
/// Fetches images from the public internet and from nowhere else. A host is resolved once for each connection; when any of its addresses is
/// not public it is refused, else the connection goes to one of those very addresses. Redirects are followed here, each checked in the same way.
/// </summary>
internal sealed class RemoteImages : IDisposable
{
    private readonly IRemoteNetwork _network;
    private readonly GatewayOptions _options;
    private readonly HttpClient _http;

    public RemoteImages(IRemoteNetwork network, IOptions<GatewayOptions> options)
    {
        _network = network;
        _options = options.Value;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            // A proxy would resolve the name itself.
            UseProxy = false,
            UseCookies = false,
            // A name that has moved is looked at again.
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectCallback = ConnectAsync,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <exception cref="DelgException">URL_INGEST_OFF, URL_REFUSED, URL_FETCH_FAILED.</exception>
    /// <exception cref="OperationCanceledException">The caller went away.</exception>
    public async Task<ByteString> FetchAsync(string url, CancellationToken cancellation)
    {
        if (!_options.UrlIngest)
            throw new DelgException(StatusCode.FailedPrecondition, ErrorReason.UrlIngestOff, $"Images are not fetched from addresses here: {GatewayHosting.Section}:{nameof(GatewayOptions.UrlIngest)} is off.");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(_options.UrlTimeoutSeconds));
        try
        {
            return await FollowAsync(url, patience.Token);
        }
        catch (HttpRequestException failure) when (failure.InnerException is DelgException refused)
        {
            throw refused;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or SocketException)
        {
            throw Failed(url, "it does not answer as an HTTP server should", failure);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw Failed(url, $"it took more than {_options.UrlTimeoutSeconds} s", late);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<ByteString> FollowAsync(string url, CancellationToken cancellation)
    {
        var at = Checked(url, Uri.TryCreate(url, UriKind.Absolute, out var first) ? first : null);
        for (var hop = 0; hop <= _options.UrlMaxRedirects; hop++)
        {
            using var answer = await _http.GetAsync(at, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (answer.StatusCode == HttpStatusCode.OK)
                return await ReadAsync(url, answer.Content, cancellation);
            if ((int)answer.StatusCode is not (301 or 302 or 303 or 307 or 308) || answer.Headers.Location is not { } next)
                throw Failed(url, $"it answers {(int)answer.StatusCode}");
            at = Checked(url, new Uri(at, next));
        }

        throw Failed(url, $"it redirects more than {_options.UrlMaxRedirects} times");
    }

    private static Uri Checked(string url, Uri? at)
    {
        if (at is null || (at.Scheme != Uri.UriSchemeHttp && at.Scheme != Uri.UriSchemeHttps))
            throw Refused(url, "only http and https addresses are fetched");
        if (!at.IsDefaultPort)
            throw Refused(url, $"only the scheme's own port is used, not {at.Port}");
        return at.UserInfo.Length == 0 ? at : throw Refused(url, "it holds a user name");
    }

    private async Task<ByteString> ReadAsync(string url, HttpContent content, CancellationToken cancellation)
    {
        var limit = _options.UrlMaxBytes;
        if (content.Headers.ContentLength > limit)
            throw Failed(url, $"it has {content.Headers.ContentLength} bytes, more than {limit}");
        await using var body = await content.ReadAsStreamAsync(cancellation);
        using var image = new MemoryStream();
        var buffer = new byte[81920];
        while (await body.ReadAsync(buffer, cancellation) is > 0 and var count)
        {
            if (image.Length + count > limit)
                throw Failed(url, $"it has more than {limit} bytes");
            image.Write(buffer, 0, count);
        }

        return UnsafeByteOperations.UnsafeWrap(image.GetBuffer().AsMemory(0, (int)image.Length));
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await _network.ResolveAsync(host, cancellation);
        if (addresses.Length == 0 || !Array.TrueForAll(addresses, PublicAddress.Is))
            throw Refused(host, "it is not, or not only, at public addresses");
        return await _network.ConnectAsync(addresses, port, cancellation);
    }

    private static DelgException Refused(string url, string why) => Of(ErrorReason.UrlRefused, url, $"is refused: {why}.", null);

    private static DelgException Failed(string url, string why, Exception? inner = null) => Of(ErrorReason.UrlFetchFailed, url, $"gave no image: {why}.", inner);

    private static DelgException Of(string reason, string url, string text, Exception? inner) =>
        new(StatusCode.InvalidArgument, reason, $"'{ErrorText.Shortened(url)}' {text}", inner) { Violations = [new FieldViolation("image_url", $"It {text}")] };
}
