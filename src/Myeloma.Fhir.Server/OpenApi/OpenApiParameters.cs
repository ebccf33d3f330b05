using System.Text.Json.Nodes;
using Myeloma.Fhir.Interactions.Capabilities;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Server.OpenApi;

/// <summary>The parameters of the document: in paths, headers and queries. Those that several operations have stand in the components once.</summary>
internal sealed class OpenApiParameters(SearchParameterRegistry registry)
{
    private static readonly (string Key, string Name, string In, string Description)[] Shared =
    [
        ("id", "id", "path", "Id of the resource"),
        ("vid", "vid", "path", "Number of the version"),
        ("ifMatch", "If-Match", "header", "The version that has to be the current one, as W/\"3\""),
        ("ifNoneMatch", "If-None-Match", "header", "The version that is known already: 304 when it is the current one"),
        ("ifModifiedSince", "If-Modified-Since", "header", "304 when there was no change since"),
        ("ifNoneExist", "If-None-Exist", "header", "Criteria of a search: nothing is created when a resource is found by them"),
        ("prefer", "Prefer", "header", "return=minimal, representation or OperationOutcome; handling=strict or lenient; respond-async for 202 with the URL of a job"),
        ("since", "_since", "query", "Only versions since that instant"),
        ("at", "_at", "query", "Only versions that were current at that time or in that period"),
        ("count", "_count", "query", "Entries on a page"),
        ("type", "_type", "query", "Resource types, separated by comma"),
        ("mode", "mode", "query", "full, normative or terminology; with terminology the answer is a TerminologyCapabilities"),
        ("format", "_format", "query", "json or xml, instead of Accept"),
        ("pretty", "_pretty", "query", "true for lines and indents"),
    ];

    private readonly SortedDictionary<string, JsonObject> components = new(StringComparer.Ordinal);

    private readonly IReadOnlyList<OfferedParameter> common = [.. OfferedParameter.Of(registry).Where(parameter => !parameter.IsForSystem)];

    public JsonObject Components()
    {
        var all = new JsonObject();
        foreach (var (key, parameter) in components) all[key] = parameter;
        return all;
    }

    public JsonArray OfCapabilities() => [Use("mode"), Use("format"), Use("pretty")];

    public JsonArray OfRead(bool withVersion) => withVersion
        ? [Use("id"), Use("vid"), Use("ifNoneMatch"), Use("ifModifiedSince"), Use("format"), Use("pretty")]
        : [Use("id"), Use("ifNoneMatch"), Use("ifModifiedSince"), Use("format"), Use("pretty")];

    public JsonArray OfCreate() => OfferedInteraction.ConditionalCreate ? [Use("ifNoneExist"), Use("prefer")] : [Use("prefer")];

    public JsonArray OfChange() => [Use("id"), Use("ifMatch"), Use("prefer")];

    public JsonArray OfJob() => [Use("id"), Use("format"), Use("pretty")];

    public JsonArray OfInstance(bool withId) => withId ? [Use("id")] : [];

    public JsonArray OfHistory(bool withId) => withId
        ? [Use("id"), Use("since"), Use("at"), Use("count"), Use("format"), Use("pretty")]
        : [Use("since"), Use("at"), Use("count"), Use("format"), Use("pretty")];

    /// <summary>The primitive ones: others come in a body.</summary>
    public JsonArray OfOperation(OperationDefinition definition, bool withId)
    {
        var all = OfInstance(withId);
        foreach (var parameter in definition.Parameters.Where(parameter => parameter.IsPrimitive))
            all.Add(Made(parameter.Name, "query", null, parameter.Max > 1, parameter.Min > 0 && definition.Parameters.All(each => each.IsPrimitive)));
        return all;
    }

    /// <param name="type">Null for the whole system.</param>
    /// <param name="criteriaOnly">Without what is about the form of a searchset.</param>
    public JsonArray OfSearch(string? type, bool criteriaOnly = false)
    {
        var all = new JsonArray();
        var own = type is null
            ? registry.All("Basic").Where(parameter => parameter.Code is "_id" or "_lastUpdated")
            : registry.All(type).Where(parameter => parameter.IsIndexed);
        if (type is null) all.Add(Use("type"));
        foreach (var parameter in own) all.Add(Of(parameter));
        foreach (var parameter in common.Where(parameter => !criteriaOnly || !parameter.IsResult))
            all.Add(Use($"search{parameter.Name}", () => Made(parameter.Name, "query", parameter.Summary, isList: true)));
        if (criteriaOnly) return all;
        all.Add(Use("format"));
        all.Add(Use("pretty"));
        return all;
    }

    /// <summary>A parameter given twice has to hold twice; a comma separates alternatives.</summary>
    private JsonObject Of(SearchParameter parameter)
    {
        var description = $"{char.ToUpperInvariant(parameter.Type.ToString()[0])}{parameter.Type.ToString()[1..].ToLowerInvariant()}. {OfferedParameter.FormsOf(parameter, registry)}".TrimEnd();
        return parameter.Code.StartsWith('_')
            ? Use($"search{parameter.Code}", () => Made(parameter.Code, "query", description, isList: true))
            : Made(parameter.Code, "query", description, isList: true);
    }

    private JsonObject Use(string key) => Use(key, () =>
    {
        var (_, name, place, description) = Shared.Single(each => each.Key == key);
        return Made(name, place, description, isList: false, isRequired: place == "path");
    });

    private JsonObject Use(string key, Func<JsonObject> make)
    {
        if (!components.ContainsKey(key)) components[key] = make();
        return new JsonObject { ["$ref"] = $"#/components/parameters/{key}" };
    }

    private static JsonObject Made(string name, string place, string? description, bool isList, bool isRequired = false)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place };
        if (description is not null) parameter["description"] = description;
        if (isRequired) parameter["required"] = true;
        parameter["schema"] = isList
            ? new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } }
            : new JsonObject { ["type"] = "string" };
        return parameter;
    }
}
