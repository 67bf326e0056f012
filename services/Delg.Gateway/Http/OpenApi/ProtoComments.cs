using System.Reflection;
using Google.Protobuf.Reflection;

namespace Delg.Gateway.Http.OpenApi;

/// <summary>The comments of the proto files, which the descriptors inside generated code do not keep: the build embeds them.</summary>
internal sealed class ProtoComments
{
    private const string Resource = "delg.protoset";

    private readonly Dictionary<string, string> _comments = [];

    private ProtoComments(FileDescriptorSet files)
    {
        foreach (var file in files.File)
            Add(file);
    }

    public static ProtoComments Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)!;
        return new ProtoComments(FileDescriptorSet.Parser.ParseFrom(stream));
    }

    /// <summary>The comment above an element, in one line.</summary>
    /// <param name="fullName">E.g. <c>delg.v1.Hit.image_id</c>.</param>
    public string? Of(string fullName) => _comments.GetValueOrDefault(fullName);

    /// <summary>A location says where it is by field number and place, from the file down: 4, 2, 2, 0 is the first field of the third message.</summary>
    private void Add(FileDescriptorProto file)
    {
        foreach (var location in file.SourceCodeInfo.Location)
        {
            if (location.LeadingComments.Length > 0 && NameAt(file, [.. location.Path]) is { } name)
                _comments[$"{file.Package}.{name}"] = string.Join(' ', location.LeadingComments.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        }
    }

    private static string? NameAt(FileDescriptorProto file, int[] path) => path switch
    {
        [FileDescriptorProto.MessageTypeFieldNumber, var i, .. var rest] => NameAt(file.MessageType[i], rest),
        [FileDescriptorProto.EnumTypeFieldNumber, var i] => file.EnumType[i].Name,
        [FileDescriptorProto.EnumTypeFieldNumber, var i, EnumDescriptorProto.ValueFieldNumber, var j] => $"{file.EnumType[i].Name}.{file.EnumType[i].Value[j].Name}",
        [FileDescriptorProto.ServiceFieldNumber, var i] => file.Service[i].Name,
        [FileDescriptorProto.ServiceFieldNumber, var i, ServiceDescriptorProto.MethodFieldNumber, var j] => $"{file.Service[i].Name}.{file.Service[i].Method[j].Name}",
        _ => null,
    };

    private static string? NameAt(DescriptorProto message, int[] path) => path switch
    {
        [] => message.Name,
        [DescriptorProto.FieldFieldNumber, var i] => $"{message.Name}.{message.Field[i].Name}",
        _ => null,
    };
}
