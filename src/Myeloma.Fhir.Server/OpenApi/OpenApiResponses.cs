using System.Text.Json.Nodes;
using Myeloma.Fhir.Server.Negotiation;

namespace Myeloma.Fhir.Server.OpenApi;

/// <summary>The answers that several operations of the document share.</summary>
internal static class OpenApiResponses
{
    /// <summary>Every refusal and fault.</summary>
    public const string Fault = "Fault";

    private const string NotModified = "NotModified";

    /// <summary>The answers of an operation: one of success, and the refusals.</summary>
    /// <param name="schema">Name of what the body holds; null for no body.</param>
    /// <param name="conditional">Whether 304 may be answered.</param>
    public static JsonObject Of(string status, string description, string? schema, bool conditional = false)
    {
        var success = new JsonObject { ["description"] = description };
        if (schema is not null) success["content"] = Content(schema);
        var responses = new JsonObject { [status] = success };
        if (conditional) responses["304"] = Reference(NotModified);
        responses["default"] = Reference(Fault);
        return responses;
    }

    /// <summary>A body in both formats of FHIR.</summary>
    public static JsonObject Content(string schema) => new()
    {
        [FhirFormat.FhirJson] = new JsonObject { ["schema"] = OpenApiSchemas.Reference(schema) },
        [FhirFormat.FhirXml] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "string", ["description"] = $"{schema} in XML" } },
    };

    /// <summary>The answers of what is always done later: 202, and the refusals.</summary>
    public static JsonObject Accepted()
    {
        var responses = Of("202", "A job does it: Content-Location says where its progress and answer are", null);
        responses["202"]!["headers"] = new JsonObject { ["Content-Location"] = Header("URL of the job") };
        return responses;
    }

    /// <summary>The answer while a job is worked on.</summary>
    public static JsonObject InProgress() => new()
    {
        ["description"] = "It is not done yet",
        ["headers"] = new JsonObject { ["X-Progress"] = Header("How far it is, with percents where the total is known"), ["Retry-After"] = Header("Seconds after which to ask again") },
        ["content"] = Content("Parameters"),
    };

    private static JsonObject Header(string description) => new() { ["description"] = description, ["schema"] = new JsonObject { ["type"] = "string" } };

    /// <summary>A body of newline-delimited JSON. https://hl7.org/fhir/R4/nd-json.html</summary>
    public static JsonObject Lines() => new() { ["schema"] = new JsonObject { ["type"] = "string", ["description"] = "Resources in JSON, one a line" } };

    public static JsonObject Components() => new()
    {
        [Fault] = new JsonObject { ["description"] = "The request was refused or failed; the issues say why, where and what to do.", ["content"] = Content("OperationOutcome") },
        [NotModified] = new JsonObject { ["description"] = "Unchanged since the version or time that was named." },
    };

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/responses/{name}" };
}
