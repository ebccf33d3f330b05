using System.Text.Json;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Search.Parameters;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Capabilities;

/// <summary>The search parameters and includes of the CapabilityStatement held against the binding of searches, for all types.</summary>
[Trait("Category", "Postgres")]
public sealed class ListedParameterTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly SearchOptions Strict = SearchOptions.Default with { Strict = true };

    [Fact]
    public async Task Of_every_type_exactly_those_parameters_of_R4_are_listed_that_a_search_takes()
    {
        var registry = SearchParameterRegistry.Build(R4Schema.Instance);
        var deviating = new List<string>();

        // What every search takes is listed once, for the whole system.
        var ofAll = Names((await server.GetAsync("/metadata")).Json.GetProperty("rest")[0]);
        foreach (var (type, resource) in await TypesAsync())
        {
            var listed = Names(resource);
            foreach (var parameter in registry.All(type).Where(parameter => !ofAll.ContainsKey(parameter.Code)))
            {
                var refused = Refusal(type, parameter.Code, "a", registry)?.Issues.Any(issue => issue.Type == IssueType.NotSupported) == true;
                if (refused == listed.ContainsKey(parameter.Code)) deviating.Add($"{parameter} is {(refused ? "listed and refused" : "taken and not listed")}");
                if (!refused && listed.TryGetValue(parameter.Code, out var kind) && !string.Equals(kind, parameter.Type.ToString(), StringComparison.OrdinalIgnoreCase)) deviating.Add($"{parameter} is listed as {kind}");
            }

            deviating.AddRange(listed.Keys.Where(name => registry.Find(type, name) is null && !IsOurs(type, name)).Select(name => $"{type}.{name} is listed and not known"));
        }

        Assert.Empty(deviating);
    }

    [Fact]
    public async Task Of_every_type_exactly_those_includes_are_listed_that_a_search_takes()
    {
        var registry = SearchParameterRegistry.Build(R4Schema.Instance);
        var deviating = new List<string>();

        foreach (var (type, resource) in await TypesAsync())
        {
            var includes = Texts(resource, "searchInclude");
            var reverse = Texts(resource, "searchRevInclude");
            deviating.AddRange(includes.Where(include => !IsOurs(type, include.Split(':')[1]) && Refusal(type, "_include", include, registry) is not null).Select(include => $"{type}: _include={include} is listed and refused"));
            deviating.AddRange(reverse.Where(include => !IsOurs(include.Split(':')[0], include.Split(':')[1]) && Refusal(type, "_revinclude", include, registry) is not null).Select(include => $"{type}: _revinclude={include} is listed and refused"));
            foreach (var parameter in registry.Parameters.Where(parameter => parameter.Type == SearchParameterType.Reference))
            {
                var text = $"{parameter.ResourceType}:{parameter.Code}";
                if (parameter.ResourceType == type && !includes.Contains(text) && Refusal(type, "_include", text, registry) is null) deviating.Add($"{type}: _include={text} is taken and not listed");
                if (!reverse.Contains(text) && Refusal(type, "_revinclude", text, registry) is null) deviating.Add($"{type}: _revinclude={text} is taken and not listed");
            }
        }

        Assert.Empty(deviating);
    }

    /// <summary>Those of our own package, which a database holds and R4 does not.</summary>
    private static bool IsOurs(string type, string code) =>
        (type, code) is ("PlanDefinition", "abbreviation" or "definition" or "drug" or "member-count") or ("ActivityDefinition", "product") or ("Medication" or "MedicationKnowledge", "url" or "version")
        || code is "uses" or "uses-code" or "expression";

    private static FhirException? Refusal(string type, string name, string value, SearchParameterRegistry registry)
    {
        try
        {
            SearchRequest.Bind(type, [new(name, value)], registry, Strict);
            return null;
        }
        catch (FhirException fault)
        {
            return fault;
        }
    }

    private async Task<List<(string Type, JsonElement Resource)>> TypesAsync() =>
        [.. (await server.GetAsync("/metadata")).Json.GetProperty("rest")[0].GetProperty("resource").EnumerateArray().Select(resource => (resource.GetProperty("type").GetString()!, resource))];

    private static Dictionary<string, string> Names(JsonElement resource) =>
        resource.GetProperty("searchParam").EnumerateArray().ToDictionary(parameter => parameter.GetProperty("name").GetString()!, parameter => parameter.GetProperty("type").GetString()!);

    private static HashSet<string> Texts(JsonElement resource, string name) =>
        resource.TryGetProperty(name, out var texts) ? [.. texts.EnumerateArray().Select(text => text.GetString()!)] : [];
}
