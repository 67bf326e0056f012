using Grpc.Net.Client;

namespace Delg.Gateway.Backends;

/// <summary>One of the services the gateway composes.</summary>
/// <param name="Name">How messages and health checks call it.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Channel">The channel all calls to it share.</param>
internal sealed record Backend(string Name, Uri Address, GrpcChannel Channel);
