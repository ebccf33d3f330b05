using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Interactions.Operations.Expressions;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Xml;
using System.Text;

namespace Myeloma.Fhir.Interactions.Operations;

/// <summary><c>$fhirpath</c>: evaluates an expression over a resource that is sent along, or one of this server, and answers with Parameters.</summary>
/// <remarks>
/// In and out as public FHIRPath labs have it: expression, context, variables and resource go in; each context item gives one <c>result</c>, whose parts are
/// the items, named by their types, and the traces.
/// </remarks>
public sealed class FhirPathOperation(ExpressionEvaluation evaluation, ParseLimits parseLimits) : IOperation
{
    /// <summary>The extensions in which labs carry what has no place in Parameters.</summary>
    internal const string JsonValueUrl = "http://fhir.forms-lab.com/StructureDefinition/json-value";
    internal const string XmlValueUrl = "http://fhir.forms-lab.com/StructureDefinition/xml-value";

    public OperationDefinition Definition { get; } = new()
    {
        Name = "$fhirpath",
        Url = "http://myeloma-fhir.org/fhir/OperationDefinition/fhirpath",
        Levels = OperationLevels.System | OperationLevels.Instance,
        Parameters =
        [
            new("expression", "string", Min: 1),
            new("context", "string"),
            new("resource", "Resource"),
            new("reference", "string"),
            new("variables", null, Max: int.MaxValue),
            new("validate", "boolean"),
            new("terminologyserver", "string"),
        ],
    };

    /// <returns>200 with Parameters; an expression that gives nothing has no <c>result</c>, or one without parts for each item of its context.</returns>
    /// <exception cref="FhirException">
    /// <c>invalid</c>: not FHIRPath (the text names the character), an operation that gets what it can't work with or, with <c>validate</c>, never could by its types, two resources to evaluate over;
    /// <c>not-found</c>, <c>deleted</c>: the resource of this server; <c>too-costly</c>: past a limit.
    /// </exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var asked = new ExpressionRequest
        {
            Expression = request.Text("expression")!,
            Context = request.Text("context"),
            Resource = await ResourceAsync(request, cancellationToken),
            Variables = Variables(request),
            IsStrict = request.Boolean("validate") == true || request.Context.IsStrict,
            BaseUrl = request.Context.BaseUrl,
        };
        var outcome = await evaluation.EvaluateAsync(asked, cancellationToken);
        return FhirResponse.Ok(new ResourceContent("Parameters", new ExpressionAnswer(evaluation.Limits).Write(asked, outcome)));
    }

    private async Task<ResourceDocument?> ResourceAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var sent = Sent(request);
        var reference = request.Id is { } id ? $"{request.Type}/{id}" : request.Text("reference");
        if (sent is not null && reference is not null)
            throw new FhirException(Issue.Invalid($"There are two resources to evaluate over, the one sent and {reference}; leave one of them out."));
        return reference is null ? sent : await evaluation.FetchAsync(reference, request.Context.BaseUrl, cancellationToken);
    }

    private ResourceDocument? Sent(OperationRequest request)
    {
        if (request.TryResource("resource", out var resource)) return resource.Document;
        return request.Arguments("resource").FirstOrDefault()?.Parameter is { } parameter ? Embedded(parameter) : null;
    }

    /// <summary>A resource in an extension: text in JSON or XML.</summary>
    private ResourceDocument? Embedded(Element parameter)
    {
        foreach (var extension in parameter.Children("extension"))
        {
            if (extension.TextOf("value") is not { } text) continue;
            var bytes = Encoding.UTF8.GetBytes(text);
            switch (extension.TextOf("url"))
            {
                case JsonValueUrl: return ResourceDocument.Parse(bytes, limits: parseLimits);
                case XmlValueUrl: return ResourceDocument.Parse(XmlReading.ToJson(bytes, parseLimits), limits: parseLimits);
            }
        }

        return null;
    }

    private Dictionary<string, Collection> Variables(OperationRequest request)
    {
        var variables = new Dictionary<string, Collection>(StringComparer.Ordinal);
        foreach (var argument in request.Arguments("variables"))
        {
            foreach (var part in argument.Parameter!.Value.Children("part"))
            {
                if (part.TextOf("name") is not { } name) continue;
                var items = part.Child("value") is { } value ? Collection.Of(value)
                    : part.Child("resource") is { } resource ? Collection.Of(ResourceDocument.Of(resource).Root)
                    : Embedded(part) is { } embedded ? Collection.Of(embedded.Root)
                    : Collection.Empty;
                variables[name] = variables.TryGetValue(name, out var earlier) ? Collection.Of([.. earlier, .. items]) : items;
            }
        }

        return variables;
    }
}
