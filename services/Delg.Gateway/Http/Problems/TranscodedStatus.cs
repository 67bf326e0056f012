using System.Text;
using Delg.Contracts.Errors;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;

namespace Delg.Gateway.Http.Problems;

/// <summary>The form in which JSON transcoding says a failure: google.rpc.Status as JSON.</summary>
internal static class TranscodedStatus
{
    /// <summary>What the status of our errors may carry.</summary>
    public static TypeRegistry Details { get; } = TypeRegistry.FromMessages(ErrorInfo.Descriptor, BadRequest.Descriptor, RetryInfo.Descriptor);

    private static readonly JsonParser _parser = new(JsonParser.Settings.Default.WithTypeRegistry(Details).WithIgnoreUnknownFields(true));

    public static DelgException Parse(ReadOnlySpan<byte> json) => _parser.Parse<Google.Rpc.Status>(Encoding.UTF8.GetString(json)).ToRpcException().ToDelgException();
}
