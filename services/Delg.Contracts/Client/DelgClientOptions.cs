using System.Net.Http.Headers;
using System.Net.Security;

namespace Delg.Contracts.Client;

/// <summary>How a <see cref="DelgClient"/> reaches its gateway, and how patient it is.</summary>
public sealed record DelgClientOptions
{
    /// <summary>The gateway's gRPC address, e.g. <c>http://127.0.0.1:5100</c> or <c>https://search.example</c>. Required.</summary>
    public required string Address { get; init; }

    /// <summary>API key, sent with every call as <c>authorization: Bearer KEY</c>. Null: none. Without TLS anybody on the way can read it.</summary>
    public string? Key { get; init; }

    /// <summary>
    /// Longest time for one call with all its attempts; <see cref="Timeout.InfiniteTimeSpan"/> for none. Default 2 minutes. Streams (many images to
    /// index, duplicates) may last as long as they have to.
    /// </summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Attempts at one call, 1 to 100; 1: nothing is tried again. Default 6. Tried again are calls that may be repeated, when the gateway is not
    /// reachable (UNAVAILABLE) or says when there will be room (RESOURCE_EXHAUSTED with RetryInfo).
    /// </summary>
    public int MaxAttempts { get; init; } = 6;

    /// <summary>Wait before the second attempt; it doubles with every further one. Between half and all of it is waited, by chance. Default 0.25 s.</summary>
    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromSeconds(0.25);

    /// <summary>Longest wait between two attempts, unless the gateway asks for more. Default 10 s.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest message sent or received, bytes, at least 1024. Default 32 MiB, as the gateway's own.</summary>
    public int MaxMessageBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Images of one stream that are sent and not answered yet, 1 to 1024; so many are in memory at a time. Default 8.</summary>
    public int ImagesInFlight { get; init; } = 8;

    /// <summary>How calls to an https address are encrypted, e.g. an authority of your own or a client's certificate. Null: as the machine trusts.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>What carries the calls, in place of <see cref="Tls"/>; not disposed by the client. Null: a handler that notices a dead connection by pings.</summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <exception cref="ArgumentException">Every mistake at once.</exception>
    internal void Check()
    {
        var mistakes = new List<string>();
        if (!Uri.TryCreate(Address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            mistakes.Add($"{nameof(Address)}: '{Address}' is not an address such as http://127.0.0.1:5100.");
        if (Key is not null && (Key.Any(char.IsWhiteSpace) || !AuthenticationHeaderValue.TryParse($"Bearer {Key}", out _) || !Key.All(char.IsAscii)))
            mistakes.Add($"{nameof(Key)}: a key is one word of ASCII.");
        if (CallTimeout <= TimeSpan.Zero && CallTimeout != Timeout.InfiniteTimeSpan)
            mistakes.Add($"{nameof(CallTimeout)}: {CallTimeout} is not above 0.");
        if (FirstRetryDelay < TimeSpan.Zero)
            mistakes.Add($"{nameof(FirstRetryDelay)}: {FirstRetryDelay} is below 0.");
        if (MaxRetryDelay < FirstRetryDelay)
            mistakes.Add($"{nameof(MaxRetryDelay)}: {MaxRetryDelay} is below {nameof(FirstRetryDelay)}.");
        if (Handler is not null && Tls is not null)
            mistakes.Add($"{nameof(Tls)}: a {nameof(Handler)} of your own has its own.");
        InRange(MaxAttempts, 1, 100, nameof(MaxAttempts));
        InRange(MaxMessageBytes, 1024, int.MaxValue, nameof(MaxMessageBytes));
        InRange(ImagesInFlight, 1, 1024, nameof(ImagesInFlight));
        if (mistakes.Count > 0)
            throw new ArgumentException(string.Join(" ", mistakes));

        void InRange(int value, int least, int most, string name)
        {
            if (value < least || value > most)
                mistakes.Add($"{name}: {value} is outside {least} to {most}.");
        }
    }
}
