using System.Diagnostics;
using Delg.Contracts.Errors;
using Delg.Gateway.Access.Rates;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Model;

namespace Delg.Gateway.Access;

/// <summary>
/// Stands before every endpoint that is not marked as open: asks who calls, and whether it calls too often, before a byte of the body is read. What a call may do in its collection is
/// asked where the collection is known, by <see cref="AccessInterceptor"/>; what is passed through is not looked into, and so needs everything.
/// </summary>
internal sealed partial class AccessGate(RequestDelegate next, CallerIdentity identity, RateLimits rates, ILogger<AccessGate> logger)
{
    private const string CallerTag = "delg.caller";

    /// <summary>Who was let in. Throws where nobody asked.</summary>
    public static Caller CallerOf(HttpContext context) => context.Features.GetRequiredFeature<Caller>();

    public async Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint is not null && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null)
        {
            try
            {
                await LetInAsync(context, endpoint);
            }
            catch (DelgException refused)
            {
                LogRefused(context.Request.Path, refused.Reason);
                await Refusal.WriteAsync(context, refused);
                return;
            }
        }

        await next(context);
    }

    private async Task LetInAsync(HttpContext context, Endpoint endpoint)
    {
        var caller = await identity.OfAsync(context);
        if (!caller.IsAnonymous)
            Activity.Current?.SetTag(CallerTag, caller.Id);
        if (endpoint.Metadata.GetMetadata<RouteModel>() is not null)
            AccessRules.Demand(caller, Role.Admin, Caller.AllCollections);
        rates.Take(caller);
        context.Features.Set(caller);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Path} refused: {Reason}")]
    private partial void LogRefused(string path, string reason);
}
