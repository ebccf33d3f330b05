using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Operations.Expressions;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Sources;

/// <summary><c>$source</c>: the statements of documents behind a resource or an element of it. An operation of our own; nothing is stored.</summary>
public sealed class SourceOperation(SourceTrace trace, ExpressionEvaluation expressions, CurrentDefinitions definitions) : IOperation
{
    private const int MaxElements = 1_000;

    public OperationDefinition Definition { get; } = new()
    {
        Name = "$source",
        Url = "http://myeloma-fhir.org/fhir/OperationDefinition/source",
        Levels = OperationLevels.Type | OperationLevels.Instance,
        Parameters = [new("url", "uri"), new("version", "string"), new("path", "string")],
    };

    /// <returns>200 with Parameters, as <see cref="SourceContent"/> writes them; elements without a source say so in the outcome.</returns>
    /// <exception cref="FhirException">
    /// <c>required</c>, <c>invalid</c>: at the level of the type no url, at that of an instance one; a path that is no FHIRPath, or gives what is no element of the resource;
    /// <c>not-found</c>, <c>deleted</c>: the resource, or a path that leads to nothing.
    /// </exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var resource = await ResourceAsync(request, cancellationToken);
        var paths = request.Text("path") is { } path ? await PathsAsync(resource, path, request, cancellationToken) : null;
        var traced = await trace.FindAsync(resource, paths, cancellationToken);
        return FhirResponse.Ok(new ResourceContent("Parameters", SourceContent.Write(resource, traced)));
    }

    private async Task<ResourceDocument> ResourceAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var url = request.Text("url");
        if (request.Id is { } id)
        {
            if (url is not null) throw new FhirException(Issue.Invalid("The resource is named by its id already; leave 'url' out.", request.Arguments("url").First().Expression));
            return await expressions.FetchAsync($"{request.Type}/{id}", request.Context.BaseUrl, cancellationToken);
        }

        if (url is null) throw new FhirException(Issue.Required($"There is no {request.Type} to find the sources of: name one by its id or by 'url'."));
        var version = request.Text("version");
        var bar = url.IndexOf('|', StringComparison.Ordinal);
        if (bar >= 0) (url, version) = (url[..bar], version ?? url[(bar + 1)..]);
        var versions = await definitions.FollowVersionsAsync(cancellationToken);
        return versions(url).FirstOrDefault(document => document.ResourceType == request.Type && (version is null || document.Root.TextOf("version") == version))
            ?? throw new FhirException(Issue.NotFound($"No {request.Type} with the url {url}{(version is null ? "" : $" and the version {version}")} is known here."));
    }

    private async Task<IReadOnlyList<string>> PathsAsync(ResourceDocument resource, string path, OperationRequest request, CancellationToken cancellationToken)
    {
        var place = request.Arguments("path").First().Expression;
        var outcome = await expressions.EvaluateAsync(new ExpressionRequest { Expression = path, Resource = resource, BaseUrl = request.Context.BaseUrl }, cancellationToken);
        var items = outcome.Results[0].Items;
        if (items.Count == 0) throw new FhirException(Issue.NotFound($"The path '{path}' leads to no element of {resource.ResourceType}/{resource.Id}.", place));
        if (items.Count > MaxElements) throw new FhirException(Issue.TooCostly(FormattableString.Invariant($"The path leads to {items.Count:N0} elements; up to {MaxElements:N0} are answered.")));
        var paths = new List<string>();
        foreach (var item in items)
        {
            if (!item.IsElement || !ReferenceEquals(item.Element.Document, resource))
                throw new FhirException(Issue.Invalid($"The path '{path}' gives something that is computed, or of another resource; name elements of {resource.ResourceType}/{resource.Id}.", place));
            paths.Add(resource.ExpressionOf(item.Element));
        }

        return paths;
    }
}
