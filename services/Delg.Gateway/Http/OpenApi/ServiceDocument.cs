using Delg.Gateway.Http.Forms;
using Delg.Gateway.Http.Problems;
using Delg.V1;
using Google.Api;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using ErrorReason = Delg.Contracts.Errors.ErrorReason;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Delg.Gateway.Http.OpenApi;

/// <summary>
/// Describes the methods that JSON transcoding serves, from the same annotations it reads: the endpoints it makes are not seen by the framework's
/// own description.
/// </summary>
/// <param name="service">The service.</param>
internal sealed class ServiceDocument(ServiceDescriptor service) : IOpenApiDocumentTransformer
{
    private const string Json = "application/json";
    private const string Form = "multipart/form-data";

    /// <summary>The name under which the document is served.</summary>
    public const string Name = "v1";

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        var comments = ProtoComments.Load();
        document.Info = new OpenApiInfo { Title = "Delg.Micro image search", Version = Name, Description = comments.Of(service.FullName) };
        // The address the document was read from, whatever it is called on the way.
        document.Servers = [];
        AddProblem(document);
        AddKey(document);
        var schemas = new MessageSchemas(document, comments);
        foreach (var method in service.Methods)
        {
            foreach (var rule in RulesOf(method))
                Add(document, method, rule, schemas, comments);
        }

        AddThumbnail(document, schemas, comments);

        return Task.CompletedTask;
    }

    private static IEnumerable<HttpRule> RulesOf(MethodDescriptor method) =>
        method.GetOptions()?.GetExtension(AnnotationsExtensions.Http) is { } rule ? rule.AdditionalBindings.Prepend(rule) : [];

    private static void Add(OpenApiDocument document, MethodDescriptor method, HttpRule rule, MessageSchemas schemas, ProtoComments comments)
    {
        var (verb, template) = VerbAndPath(rule);
        var path = template.Replace("=**}", "}", StringComparison.Ordinal);
        var inPath = FieldsIn(path);
        var operation = new OpenApiOperation
        {
            // The first way in has the method's name; the name must be unique.
            OperationId = rule.AdditionalBindings.Count > 0 || verb != HttpMethod.Put ? method.Name : $"{method.Name}By{verb.Method}",
            Description = comments.Of(method.FullName),
            Parameters = [.. inPath.Select(name => Parameter(method.InputType.FindFieldByName(name), ParameterLocation.Path, schemas))],
            Responses = new OpenApiResponses
            {
                ["200"] = new OpenApiResponse
                {
                    Description = method.IsServerStreaming ? "One JSON object a line, as they are found." : "Done.",
                    Content = Content((Json, schemas.Of(method.OutputType))),
                },
                ["default"] = Failed(document),
            },
        };
        if (rule.Body == "*")
        {
            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = Content((Json, schemas.Without(method.InputType, inPath, asForm: false))) };
            if (FormBody.TakesPictures(method.InputType))
                operation.RequestBody.Content!.Add(Form, new OpenApiMediaType { Schema = schemas.Without(method.InputType, inPath, asForm: true) });
        }
        else
        {
            foreach (var field in method.InputType.Fields.InDeclarationOrder().Where(field => !inPath.Contains(field.Name)))
                operation.Parameters.Add(Parameter(field, ParameterLocation.Query, schemas));
        }

        document.Paths.TryAdd(path, new OpenApiPathItem());
        ((OpenApiPathItem)document.Paths[path]).AddOperation(verb, operation);
    }

    /// <summary>The one answer that is a picture, which transcoding cannot give.</summary>
    private static void AddThumbnail(OpenApiDocument document, MessageSchemas schemas, ProtoComments comments)
    {
        var request = GetImageThumbnailRequest.Descriptor;
        var item = new OpenApiPathItem();
        item.AddOperation(HttpMethod.Get, new OpenApiOperation
        {
            OperationId = nameof(ImageSearchService.ImageSearchServiceClient.GetImageThumbnail),
            Description = comments.Of($"{ImageSearchService.Descriptor.FullName}.{nameof(ImageSearchService.ImageSearchServiceClient.GetImageThumbnail)}"),
            Parameters = [.. request.Fields.InDeclarationOrder().Select(field => Parameter(field, ParameterLocation.Path, schemas))],
            Responses = new OpenApiResponses
            {
                ["200"] = new OpenApiResponse { Description = "The picture.", Content = Content((ThumbnailEndpoint.MediaType, new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" })) },
                ["304"] = new OpenApiResponse { Description = "The picture is the one that If-None-Match names." },
                ["default"] = Failed(document),
            },
        });
        document.Paths.Add(ThumbnailEndpoint.Path, item);
    }

    private static OpenApiResponse Failed(OpenApiDocument document) =>
        new() { Description = "It failed.", Content = Content((Problem.ContentType, new OpenApiSchemaReference(nameof(Problem), document))) };

    private static OpenApiParameter Parameter(FieldDescriptor field, ParameterLocation location, MessageSchemas schemas)
    {
        var schema = schemas.Of(field);
        return new OpenApiParameter
        {
            Name = field.Name,
            In = location,
            Required = location == ParameterLocation.Path,
            Description = schema.Description,
            Schema = schema,
        };
    }

    private static (HttpMethod Verb, string Path) VerbAndPath(HttpRule rule) => rule.PatternCase switch
    {
        HttpRule.PatternOneofCase.Get => (HttpMethod.Get, rule.Get),
        HttpRule.PatternOneofCase.Put => (HttpMethod.Put, rule.Put),
        HttpRule.PatternOneofCase.Post => (HttpMethod.Post, rule.Post),
        HttpRule.PatternOneofCase.Delete => (HttpMethod.Delete, rule.Delete),
        HttpRule.PatternOneofCase.Patch => (HttpMethod.Patch, rule.Patch),
        _ => throw new NotSupportedException($"No rule of ours is of the kind {rule.PatternCase}."),
    };

    private static HashSet<string> FieldsIn(string path) =>
        [.. path.Split('/').Where(segment => segment.StartsWith('{')).Select(segment => segment[1..segment.IndexOf('}', StringComparison.Ordinal)])];

    private static Dictionary<string, OpenApiMediaType> Content(params (string Type, IOpenApiSchema Schema)[] kinds) =>
        kinds.ToDictionary(kind => kind.Type, kind => new OpenApiMediaType { Schema = kind.Schema });

    /// <summary>A key may be sent; whether one must is the gateway's setting.</summary>
    private static void AddKey(OpenApiDocument document)
    {
        const string name = "key";
        document.AddComponent(name, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "An API key or token, where the gateway asks for one.",
        });
        document.Security = [[], new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(name, document)] = [] }];
    }

    private static void AddProblem(OpenApiDocument document)
    {
        static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };
        document.AddComponent(nameof(Problem), new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "Problem details (RFC 9457) with what gRPC callers find in google.rpc.Status.",
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["type"] = Text("about:blank: reason names the kind of problem."),
                ["title"] = Text("HTTP's words for the status."),
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "HTTP's status." },
                ["detail"] = Text("The failure in words, with the value and the limit; may change."),
                ["code"] = Text("Name of the google.rpc.Code."),
                ["reason"] = Text($"Stable reason, as in ErrorInfo.reason of the domain {ErrorReason.Domain}."),
                ["violations"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    Description = "Fields at fault.",
                    Items = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Properties = new Dictionary<string, IOpenApiSchema> { ["field"] = Text("Path in the request, in the names of the proto."), ["description"] = Text("What is wrong.") },
                    },
                },
                ["details"] = new OpenApiSchema { Type = JsonSchemaType.Object, Description = "The dynamic parts of the detail by name.", AdditionalProperties = Text("The value.") },
                ["retryAfterSeconds"] = new OpenApiSchema { Type = JsonSchemaType.Number, Description = "How long to wait before trying again; the header Retry-After has it in whole seconds." },
            },
        });
    }
}
