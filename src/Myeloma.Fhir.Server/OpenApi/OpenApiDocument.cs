using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Server.OpenApi;

/// <summary>The FHIR API as an OpenAPI 3.0 document, made of the tables that the CapabilityStatement is made of.</summary>
/// <remarks>https://spec.openapis.org/oas/v3.0.3. It says less than the CapabilityStatement: OpenAPI has no words for modifiers and chains, which descriptions name instead.</remarks>
internal static class OpenApiDocument
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="type">Resource type; null for the whole API.</param>
    /// <param name="server">URL of the FHIR base, absolute or relative to the document.</param>
    /// <returns>The document in JSON: for one type its paths and the schemas they lead to, for all also the paths of the system.</returns>
    public static byte[] Write(string? type, string server, SearchParameterRegistry registry, IReadOnlyList<OperationDefinition> operations)
    {
        IReadOnlyList<string> types = type is null ? R4Schema.Instance.ResourceTypes : [type];
        var schemas = new OpenApiSchemas();
        var paths = new JsonObject();
        var making = new OpenApiPaths(registry, operations, schemas);
        if (type is null) making.AddSystem(paths);
        foreach (var each in types) making.AddType(paths, each);

        var document = new JsonObject
        {
            ["openapi"] = "3.0.3",
            ["info"] = new JsonObject
            {
                ["title"] = type is null ? "Myeloma.Fhir" : $"Myeloma.Fhir: {type}",
                ["description"] = "A FHIR R4 (4.0.1) API. The CapabilityStatement, GET /metadata, says more: modifiers, chains, includes.",
                ["version"] = typeof(OpenApiDocument).Assembly.GetName().Version!.ToString(3),
            },
            ["externalDocs"] = new JsonObject { ["description"] = "FHIR R4: RESTful API", ["url"] = "https://hl7.org/fhir/R4/http.html" },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = server }),
            ["tags"] = new JsonArray([.. (type is null ? types.Prepend(OpenApiPaths.SystemTag) : types).Select(Tag)]),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas.Components(),
                ["parameters"] = making.Parameters(),
                ["responses"] = OpenApiResponses.Components(),
            },
        };
        return JsonSerializer.SerializeToUtf8Bytes(document, Plain);
    }

    private static JsonObject Tag(string name) => name == OpenApiPaths.SystemTag
        ? new JsonObject { ["name"] = name, ["description"] = "What is about all types" }
        : new JsonObject { ["name"] = name, ["externalDocs"] = new JsonObject { ["url"] = $"https://hl7.org/fhir/R4/{name.ToLowerInvariant()}.html" } };
}
