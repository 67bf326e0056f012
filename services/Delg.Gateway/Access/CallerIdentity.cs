using Delg.Contracts.Errors;
using Delg.Gateway.Access.Keys;
using Delg.Gateway.Access.Tokens;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Delg.Gateway.Access;

/// <summary>Tells who calls, by what the header <c>authorization: Bearer …</c> brings: an API key or a token.</summary>
internal sealed class CallerIdentity(IOptions<AccessOptions> options, KeyRing keys, TokenCheck tokens)
{
    private const string Scheme = "Bearer ";

    /// <summary>Whether keys or tokens are taken. Where neither is, everybody may do everything.</summary>
    private bool IsOn { get; } = options.Value.KeyFile.Length > 0 || tokens.IsOn;

    /// <summary>Whether those are refused who bring nothing.</summary>
    public bool IsRequired => options.Value.RequireAuthentication ?? IsOn;

    /// <exception cref="DelgException">KEY_MISSING, KEY_INVALID.</exception>
    public async ValueTask<Caller> OfAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (!IsOn || (header.Length == 0 && !IsRequired))
            return Caller.Anonymous(AddressBlock.Of(context.Connection.RemoteIpAddress));
        if (header.Length == 0)
            throw Refused(ErrorReason.KeyMissing, "An API key is needed, as the header 'authorization: Bearer KEY'.");
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            throw Refused(ErrorReason.KeyInvalid, "The header 'authorization' must be 'Bearer', a space, and an API key or token.");
        return await FindAsync(header[Scheme.Length..].Trim()) ?? throw Refused(ErrorReason.KeyInvalid, "The API key or token is not known, no longer taken, or not for this.");
    }

    private async ValueTask<Caller?> FindAsync(string text)
    {
        if (text.StartsWith(ApiKey.Prefix, StringComparison.Ordinal))
            return keys.Find(text);
        return tokens.IsOn ? await tokens.FindAsync(text) : null;
    }

    private static DelgException Refused(string reason, string text) => new(StatusCode.Unauthenticated, reason, text);
}
