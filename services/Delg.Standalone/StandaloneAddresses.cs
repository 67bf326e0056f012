namespace Delg.Standalone;

/// <summary>Where the services listen.</summary>
/// <param name="Gateway">gRPC of the gateway: what clients use.</param>
/// <param name="GatewayHttp">HTTP of the gateway: health and a word about itself.</param>
/// <param name="Extractor">gRPC of the extractor.</param>
/// <param name="GlobalIndex">gRPC of the global index.</param>
/// <param name="LocalVerifier">gRPC of the local verifier.</param>
public sealed record StandaloneAddresses(Uri Gateway, Uri GatewayHttp, Uri Extractor, Uri GlobalIndex, Uri LocalVerifier);
