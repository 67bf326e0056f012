using Delg.Contracts.Errors;
using Grpc.Core;

namespace Delg.Gateway.Tests.Fakes;

/// <summary>Expecting a call to fail.</summary>
internal static class Failures
{
    /// <summary>The failure of the call, with its reason.</summary>
    public static async Task<DelgException> OfAsync<T>(AsyncUnaryCall<T> call) =>
        (await Assert.ThrowsAsync<RpcException>(async () => await call)).ToDelgException();
}
