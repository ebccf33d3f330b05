using Myeloma.Fhir.Interactions.Capabilities;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>The API for people: what there is on every type and on the whole system, and a way to each type. Made of the tables of the CapabilityStatement.</summary>
internal static class ApiPage
{
    public static string Render(SearchParameterRegistry registry, IReadOnlyList<OperationDefinition> operations)
    {
        Html body = $"""
            <p class="lead">The <a href="https://hl7.org/fhir/R4/http.html">FHIR R4</a> API of this server, at <span class="code">/fhir</span>. For programs: the <a href="/fhir/metadata?_pretty=true">CapabilityStatement</a> and the <a href="/openapi.json">OpenAPI document</a>. Each <a href="#types">resource type</a> has a page of its own.</p>
            <section aria-labelledby="on-types">
            <h2 id="on-types">On every type</h2>
            {Interactions(OfferedInteraction.OfTypes, "[type]")}
            {Conditions()}
            </section>
            <section aria-labelledby="on-system">
            <h2 id="on-system">On the whole system</h2>
            {Interactions(OfferedInteraction.OfSystem, "[type]")}
            </section>
            <section aria-labelledby="parameters">
            <h2 id="parameters">In every search</h2>
            {Table(["Parameter", "Type", "What it takes"], OfferedParameter.Of(registry).Select(parameter => Row(parameter.Name, parameter.Type.ToString().ToLowerInvariant(), parameter.Summary)))}
            </section>
            <section aria-labelledby="operations">
            <h2 id="operations">Operations</h2>
            {Operations(operations)}
            </section>
            <section aria-labelledby="types">
            <h2 id="types">Resource types</h2>
            <ul class="types">
            {R4Schema.Instance.ResourceTypes.Select(type => (Html)$"""<li><a href="/api/{type}">{type}</a></li>""")}
            </ul>
            </section>
            """;
        return Layout.Page("API", body);
    }

    internal static Html Interactions(IEnumerable<OfferedInteraction> interactions, string type) => Table(
        ["Interaction", "Request", "What it does"],
        interactions.Select(interaction => Row(interaction.Code, $"{interaction.Method} {PathOf(interaction.Place, type)}", interaction.Summary)));

    internal static Html Operations(IEnumerable<OperationDefinition> operations) => Table(
        ["Operation", "Where", "Takes"],
        operations.OrderBy(operation => operation.Name, StringComparer.Ordinal).Select(operation =>
            Row(operation.Name, operation.Places, string.Join(", ", operation.Parameters.Select(parameter => parameter.Name)))));

    internal static Html Table(IEnumerable<string> heads, IEnumerable<Html> rows) => $"""
        <div class="wide">
        <table class="api">
        <thead><tr>{heads.Select(head => (Html)$"""<th scope="col">{head}</th>""")}</tr></thead>
        <tbody>
        {rows}
        </tbody>
        </table>
        </div>
        """;

    internal static Html Row(string name, string second, string third) =>
        $"""<tr><th scope="row" class="code">{name}</th><td class="code">{second}</td><td>{third}</td></tr>""";

    /// <summary>The same interactions with criteria instead of an id, and reads with a condition.</summary>
    private static Html Conditions()
    {
        List<string> done = [];
        if (OfferedInteraction.ConditionalCreate) done.Add("create (If-None-Exist)");
        if (OfferedInteraction.ConditionalUpdate) done.Add("update");
        if (OfferedInteraction.ConditionalPatch) done.Add("patch");
        done.Add("delete");
        return $"""<p class="soft">With criteria instead of an id: {string.Join(", ", done)}. Writes take If-Match; reads take If-None-Match and If-Modified-Since.</p>""";
    }

    private static string PathOf(TargetKind place, string type) => place switch
    {
        TargetKind.System => "[base]",
        TargetKind.SystemHistory => "[base]/_history",
        TargetKind.SystemSearch => "[base]/_search",
        TargetKind.Type => $"[base]/{type}",
        TargetKind.TypeSearch => $"[base]/{type}/_search",
        TargetKind.TypeHistory => $"[base]/{type}/_history",
        TargetKind.Instance => $"[base]/{type}/[id]",
        TargetKind.InstanceHistory => $"[base]/{type}/[id]/_history",
        TargetKind.Version => $"[base]/{type}/[id]/_history/[vid]",
        _ => throw new ArgumentOutOfRangeException(nameof(place), place, "It is no place of an interaction."),
    };
}
