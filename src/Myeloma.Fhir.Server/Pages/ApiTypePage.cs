using Myeloma.Fhir.Interactions.Capabilities;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>What the API has on one resource type.</summary>
internal static class ApiTypePage
{
    public static string Render(string type, SearchParameterRegistry registry, IReadOnlyList<OperationDefinition> operations)
    {
        var parameters = registry.All(type).Where(parameter => parameter.IsIndexed).ToList();
        var includes = parameters.Where(parameter => parameter.Type == SearchParameterType.Reference).Select(parameter => $"{type}:{parameter.Code}").ToList();
        Html body = $"""
            <p class="lead"><a href="https://hl7.org/fhir/R4/{type.ToLowerInvariant()}.html">{type} in FHIR R4</a> · <a href="/fhir/{type}?_pretty=true">search all</a> · <a href="/openapi/{type}.json">OpenAPI document</a> · <a href="/api">all types</a></p>
            <section aria-labelledby="interactions">
            <h2 id="interactions">Interactions</h2>
            {ApiPage.Interactions(OfferedInteraction.OfTypes, type)}
            </section>
            <section aria-labelledby="parameters">
            <h2 id="parameters">Search parameters</h2>
            {ApiPage.Table(["Parameter", "Type", "What it takes"], parameters.Select(parameter => Parameter(parameter, registry)))}
            <p class="soft">Those that every search has are on the page of <a href="/api#parameters">all types</a>.</p>
            </section>
            {List("includes", "Includes", "_include", includes)}
            {List("revincludes", "Reverse includes", "_revinclude", RevIncludes.Of(registry).To(type))}
            <section aria-labelledby="operations">
            <h2 id="operations">Operations</h2>
            {ApiPage.Operations(operations.Where(operation => (operation.Levels & ~OperationLevels.System) != 0 && operation.IsFor(type)))}
            </section>
            """;
        return Layout.Page(type, body);
    }

    private static Html Parameter(SearchParameter parameter, SearchParameterRegistry registry)
    {
        var targets = parameter.Targets.Count is > 0 and <= 12 ? $"Refers to {string.Join(", ", parameter.Targets)}. " : "";
        return ApiPage.Row(parameter.Code, parameter.Type.ToString().ToLowerInvariant(), targets + OfferedParameter.FormsOf(parameter, registry));
    }

    private static Html List(string id, string heading, string name, IReadOnlyList<string> values) => Html.If(values.Count > 0, () => $"""
        <section aria-labelledby="{id}">
        <h2 id="{id}">{heading}</h2>
        <details{(values.Count <= 20 ? " open" : "")}>
        <summary>{values.Count} values of <span class="code">{name}</span></summary>
        <ul class="types code">
        {values.Select(value => (Html)$"""<li>{value}</li>""")}
        </ul>
        </details>
        </section>
        """);
}
