using System.Text.Json.Nodes;
using Myeloma.Fhir.Interactions.Bulk;
using Myeloma.Fhir.Interactions.Capabilities;
using Myeloma.Fhir.Interactions.Jobs;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Packages;
using Myeloma.Fhir.Interactions.Patching;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Server.Negotiation;

namespace Myeloma.Fhir.Server.OpenApi;

/// <summary>The paths of the document: every interaction and operation at every place it has.</summary>
internal sealed class OpenApiPaths(SearchParameterRegistry registry, IReadOnlyList<OperationDefinition> operations, OpenApiSchemas schemas)
{
    public const string SystemTag = "System";

    private readonly OpenApiParameters parameters = new(registry);

    /// <summary>Those that paths refer to.</summary>
    public JsonObject Parameters() => parameters.Components();

    public void AddSystem(JsonObject paths)
    {
        Add(paths, "/metadata", "get", Operation(SystemTag, "capabilities", "What this server does", parameters.OfCapabilities(), OpenApiResponses.Of("200", "A CapabilityStatement", "CapabilityStatement")));
        schemas.Want("CapabilityStatement");
        foreach (var interaction in OfferedInteraction.OfSystem)
        {
            // Both are one POST of a Bundle, whose own type tells them apart.
            if (interaction.Code == "batch") continue;
            Add(paths, PathOf(interaction.Place, null), interaction.Method, OfSystem(interaction));
            if (interaction.Code == "search-system") Add(paths, PathOf(TargetKind.SystemSearch, null), "post", SearchByForm(SystemTag));
        }

        AddJob(paths);
        foreach (var operation in operations.Where(operation => operation.Levels.HasFlag(OperationLevels.System))) AddOperation(paths, operation, null, OperationLevels.System);
        AddFiles(paths);
    }

    /// <summary>Files of bulk export and import.</summary>
    private static void AddFiles(JsonObject paths)
    {
        static JsonObject Segment(string name) => new() { ["name"] = name, ["in"] = "path", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string" } };
        static JsonArray InPath() => [Segment("owner"), Segment("name")];
        var place = BulkPlace.Path + "{owner}/{name}";
        var download = OpenApiResponses.Of("200", "The lines", null);
        download["200"]!["content"] = new JsonObject { [BulkPlace.MediaType] = OpenApiResponses.Lines() };
        Add(paths, place, "get", Operation(SystemTag, "bulk-file", "A file that an export wrote, or the errors of an import", InPath(), download));
        Add(paths, place, "delete", Operation(SystemTag, "bulk-file-delete", "Takes an uploaded file away", InPath(), OpenApiResponses.Of("204", "It is taken away", null)));
        Add(paths, BulkPlace.Path.TrimEnd('/'), "post", WithBody(
            Operation(SystemTag, "bulk-upload", "Uploads a file for $import", [], OpenApiResponses.Of("201", "It was taken; Location is its URL", "OperationOutcome")),
            new JsonObject { [BulkPlace.MediaType] = OpenApiResponses.Lines() }));
    }

    /// <summary>Progress and answer of what is done later. https://hl7.org/fhir/R4/async.html</summary>
    private void AddJob(JsonObject paths)
    {
        const string place = $"/{JobQueue.Place}/{{id}}";
        schemas.Want("Parameters");
        schemas.Want("Resource");
        var responses = OpenApiResponses.Of("200", "The answer: for a request with Prefer: respond-async a Bundle of type batch-response with one entry", "Resource");
        responses.Insert(1, "202", OpenApiResponses.InProgress());
        Add(paths, place, "get", Operation(SystemTag, "job-status", "How far a job is, and in the end its answer", parameters.OfJob(), responses));
        Add(paths, place, "delete", Operation(SystemTag, "job-cancel", "End a job, or take its answer away", parameters.OfInstance(true), OpenApiResponses.Of("202", "It is ended, and its URL is gone", null)));
    }

    public void AddType(JsonObject paths, string type)
    {
        schemas.Want(type);
        foreach (var interaction in OfferedInteraction.OfTypes) Add(paths, PathOf(interaction.Place, type), interaction.Method, OfType(interaction, type));
        Add(paths, PathOf(TargetKind.TypeSearch, type), "post", SearchByForm(type));
        if (OfferedInteraction.ConditionalPatch) Add(paths, PathOf(TargetKind.Type, type), "patch", Conditional("patch", "A new version of the one resource that criteria select, told by what changes", type, PatchBody()));
        if (OfferedInteraction.ConditionalUpdate) Add(paths, PathOf(TargetKind.Type, type), "put", Conditional("update", "A new version of the one resource that criteria select, or a new resource", type, Body(type)));
        Add(paths, PathOf(TargetKind.Type, type), "delete", Conditional("delete", "Delete what criteria select", type, null));

        foreach (var operation in operations.Where(operation => operation.IsFor(type)))
        {
            if (operation.Levels.HasFlag(OperationLevels.Type)) AddOperation(paths, operation, type, OperationLevels.Type);
            if (operation.Levels.HasFlag(OperationLevels.Instance)) AddOperation(paths, operation, type, OperationLevels.Instance);
        }
    }

    /// <summary>The template of a place; for operations without their name.</summary>
    private static string PathOf(TargetKind place, string? type) => place switch
    {
        TargetKind.System => "/",
        TargetKind.SystemHistory => "/_history",
        TargetKind.SystemSearch => "/_search",
        TargetKind.Type => $"/{type}",
        TargetKind.TypeSearch => $"/{type}/_search",
        TargetKind.TypeHistory => $"/{type}/_history",
        TargetKind.Instance => $"/{type}/{{id}}",
        TargetKind.InstanceHistory => $"/{type}/{{id}}/_history",
        TargetKind.Version => $"/{type}/{{id}}/_history/{{vid}}",
        _ => throw new ArgumentOutOfRangeException(nameof(place), place, "It is no place of an interaction."),
    };

    private static void Add(JsonObject paths, string path, string method, JsonObject operation)
    {
        if (paths[path] is not JsonObject item) paths[path] = item = [];
        item[method.ToLowerInvariant()] = operation;
    }

    private JsonObject OfSystem(OfferedInteraction interaction) => interaction.Code switch
    {
        "transaction" => WithBody(
            Operation(SystemTag, "bundle", "A Bundle of type transaction (entries are done all or none) or batch (each by itself)", [], OpenApiResponses.Of("200", "A Bundle with an answer for each entry", "Bundle")),
            Body("Bundle")),
        "search-system" => Operation(SystemTag, interaction.Code, interaction.Summary, parameters.OfSearch(null), OpenApiResponses.Of("200", "A Bundle of type searchset", "Bundle")),
        _ => Operation(SystemTag, interaction.Code, interaction.Summary, parameters.OfHistory(withId: false), OpenApiResponses.Of("200", "A Bundle of type history", "Bundle")),
    };

    private JsonObject OfType(OfferedInteraction interaction, string type)
    {
        var (code, summary) = (interaction.Code, interaction.Summary);
        return code switch
        {
            "read" => Operation(type, code, summary, parameters.OfRead(withVersion: false), OpenApiResponses.Of("200", $"The {type}", type, conditional: true)),
            "vread" => Operation(type, code, summary, parameters.OfRead(withVersion: true), OpenApiResponses.Of("200", $"The {type} as it was", type, conditional: true)),
            "create" => WithBody(Operation(type, code, summary, parameters.OfCreate(), OpenApiResponses.Of("201", "What was stored; Location says where", type)), Body(type)),
            "update" => WithBody(Operation(type, code, summary, parameters.OfChange(), Written(type)), Body(type)),
            "patch" => WithBody(Operation(type, code, summary, parameters.OfChange(), OpenApiResponses.Of("200", "What was stored", type)), PatchBody()),
            "delete" => Operation(type, code, summary, parameters.OfChange(), OpenApiResponses.Of("204", "It is deleted, or was not there", null)),
            "history-instance" => Operation(type, code, summary, parameters.OfHistory(withId: true), OpenApiResponses.Of("200", "A Bundle of type history", "Bundle")),
            "history-type" => Operation(type, code, summary, parameters.OfHistory(withId: false), OpenApiResponses.Of("200", "A Bundle of type history", "Bundle")),
            "search-type" => Operation(type, code, summary, parameters.OfSearch(type), OpenApiResponses.Of("200", "A Bundle of type searchset", "Bundle")),
            _ => throw new ArgumentOutOfRangeException(nameof(interaction), code, "The document has no words for it."),
        };
    }

    private static JsonObject Written(string type)
    {
        var responses = OpenApiResponses.Of("200", "What was stored", type);
        responses.Insert(1, "201", new JsonObject { ["description"] = "The first version was stored", ["content"] = OpenApiResponses.Content(type) });
        return responses;
    }

    private static JsonObject SearchByForm(string tag) => WithBody(
        Operation(tag, "search-form", "As the search by GET, with the parameters in a form", [], OpenApiResponses.Of("200", "A Bundle of type searchset", "Bundle")),
        new JsonObject
        {
            ["application/x-www-form-urlencoded"] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "string" } } },
        },
        required: false);

    private JsonObject Conditional(string code, string summary, string type, JsonObject? body)
    {
        var operation = Operation(type, $"conditional-{code}", summary, parameters.OfSearch(type, criteriaOnly: true), code == "update" ? Written(type)
            : code == "patch" ? OpenApiResponses.Of("200", "What was stored", type) : OpenApiResponses.Of("204", "Nothing is selected any longer", null));
        return body is null ? operation : WithBody(operation, body);
    }

    private static JsonObject Operation(string tag, string code, string summary, JsonArray parameters, JsonObject responses) => new()
    {
        ["tags"] = new JsonArray(tag),
        ["operationId"] = $"{code}-{tag}",
        ["summary"] = summary,
        ["parameters"] = parameters,
        ["responses"] = responses,
    };

    private static JsonObject WithBody(JsonObject operation, JsonObject content, bool required = true)
    {
        operation["requestBody"] = new JsonObject { ["required"] = required, ["content"] = content };
        return operation;
    }

    private static JsonObject Body(string type) => OpenApiResponses.Content(type);

    /// <summary>https://hl7.org/fhir/R4/http.html#patch</summary>
    private static JsonObject PatchBody()
    {
        var content = new JsonObject();
        foreach (var mediaType in PatchDocument.MediaTypes)
        {
            content[mediaType] = new JsonObject
            {
                ["schema"] = mediaType switch
                {
                    FhirFormat.FhirJson => OpenApiSchemas.Reference("Parameters"),
                    PatchDocument.JsonType => new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "object" } },
                    _ => new JsonObject { ["type"] = "string" },
                },
            };
        }

        return content;
    }

    private void AddOperation(JsonObject paths, OperationDefinition definition, string? type, OperationLevels level)
    {
        var place = level switch
        {
            OperationLevels.System => $"/{definition.Name}",
            OperationLevels.Type => $"/{type}/{definition.Name}",
            _ => $"/{type}/{{id}}/{definition.Name}",
        };
        var (tag, code) = (type ?? SystemTag, level == OperationLevels.Instance ? $"{definition.Name[1..]}-instance" : definition.Name[1..]);
        var responses = definition.AnswersLater
            ? OpenApiResponses.Accepted()
            : OpenApiResponses.Of("200", "The result: a resource, or Parameters", "Resource");
        schemas.Want("Resource");
        var withId = level == OperationLevels.Instance;
        if (!definition.AffectsState)
            Add(paths, place, "get", Described(Operation(tag, $"{code}-get", $"The operation {definition.Name}", parameters.OfOperation(definition, withId), (JsonObject)responses.DeepClone()), definition));
        var body = Body(definition.BodyParameter is null ? "Parameters" : "Resource");
        if (definition.Name == "$import") body[BulkPlace.MediaType] = OpenApiResponses.Lines();
        if (definition.Name == "$import-release") body["application/zip"] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "string", ["format"] = "binary" } };
        if (definition.Name == "$install") body[InstallOperation.MediaTypes[0]] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "string", ["format"] = "binary" } };
        Add(paths, place, "post", Described(WithBody(Operation(tag, code, $"The operation {definition.Name}", parameters.OfInstance(withId), responses), body, required: false), definition));
    }

    private static JsonObject Described(JsonObject operation, OperationDefinition definition)
    {
        operation["externalDocs"] = new JsonObject { ["description"] = "OperationDefinition", ["url"] = definition.Url };
        return operation;
    }
}
