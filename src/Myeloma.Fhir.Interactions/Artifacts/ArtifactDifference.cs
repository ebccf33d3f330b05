using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Patch;

namespace Myeloma.Fhir.Interactions.Artifacts;

/// <summary>
/// The difference of two artifacts as a FHIRPath Patch, and behind it a parameter for each artifact that they depend on and that differs: named by its url, with the patch of that one as
/// its resource, or, where only one side depends on it, with the parts <c>change</c> (added, removed) and <c>canonical</c>.
/// </summary>
/// <param name="computable">Whether definitions of content are compared: compose of value sets, concepts of code systems, groups of concept maps.</param>
/// <param name="executable">Whether value sets are compared by their expansions, too; those that are stored count as they are, others are computed now.</param>
internal sealed class ArtifactDifference(ExpandedValueSets expansions, PatchLimits limits, bool computable, bool executable)
{
    private readonly JsonArray parameters = [];
    private readonly List<Issue> issues = [];

    /// <summary>Compares the artifacts themselves.</summary>
    /// <exception cref="FhirException"><c>invalid</c>: two types.</exception>
    public async Task AddAsync(ResourceDocument source, ResourceDocument target, CancellationToken cancellationToken)
    {
        foreach (var operation in await BetweenAsync(source, target, computable, cancellationToken)) parameters.Add(operation);
    }

    /// <summary>Compares what both depend on, artifact by artifact: those of one type and url, or of one id where they have no url.</summary>
    /// <param name="definitions">Whether all of them are compared by their definitions; else value sets only, by their expansions.</param>
    /// <exception cref="FhirException"><c>too-costly</c>: one of them is past the limit of size.</exception>
    public async Task AddRelatedAsync(TracedArtifacts source, TracedArtifacts target, bool definitions, CancellationToken cancellationToken)
    {
        var (before, after) = (Named(source), Named(target));
        foreach (var name in before.Keys.Union(after.Keys).OrderBy(name => name.Name, StringComparer.Ordinal).ThenBy(name => name.Type, StringComparer.Ordinal))
        {
            var (old, made) = (before.GetValueOrDefault(name), after.GetValueOrDefault(name));
            if (old is null || made is null) parameters.Add(OneSided(name.Name, (old ?? made)!, old is null ? "added" : "removed"));
            else if (definitions || old.ResourceType == "ValueSet") await AddPairAsync(name.Name, old, made, definitions, cancellationToken);
        }

        foreach (var issue in source.Issues.Concat(target.Issues))
            if (!issues.Contains(issue)) issues.Add(issue);
    }

    /// <returns>As UTF-8 JSON; without <c>parameter</c> when nothing differs. What could not be had is told in the parameter <c>outcome</c>.</returns>
    public byte[] ToParameters()
    {
        var answer = new JsonObject { ["resourceType"] = "Parameters" };
        if (issues.Count > 0) parameters.Add(new JsonObject { ["name"] = "outcome", ["resource"] = JsonNode.Parse(OperationOutcome.ToJson(issues)) });
        if (parameters.Count > 0) answer["parameter"] = parameters;
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options)) answer.WriteTo(writer);
        return stream.ToArray();
    }

    private async Task AddPairAsync(string name, ResourceDocument old, ResourceDocument made, bool definitions, CancellationToken cancellationToken)
    {
        // Both sides lead to the same version of it, with the same content and the same expansion.
        if (ReferenceEquals(old, made)) return;
        var operations = await BetweenAsync(old, made, definitions, cancellationToken);
        if (operations.Count == 0) return;
        parameters.Add(new JsonObject { ["name"] = name, ["resource"] = new JsonObject { ["resourceType"] = "Parameters", ["parameter"] = new JsonArray([.. operations]) } });
    }

    private async Task<List<JsonNode>> BetweenAsync(ResourceDocument old, ResourceDocument made, bool definitions, CancellationToken cancellationToken)
    {
        foreach (var document in (ResourceDocument[])[old, made])
            if (document.Bytes.Length > limits.MaxDifferenceBytes)
                throw new FhirException(Issue.TooCostly(FormattableString.Invariant($"{TracedArtifacts.NameOf(document)} has {document.Bytes.Length:N0} bytes; up to {limits.MaxDifferenceBytes:N0} are compared (setting Fhir:MaxDifferenceBytes).")));
        var from = await ComparedAsync(old, definitions, cancellationToken);
        var to = await ComparedAsync(made, definitions, cancellationToken);
        var patch = (JsonObject)JsonNode.Parse(ResourceDifference.Between(from, to))!;
        return patch["parameter"] is JsonArray operations ? [.. operations.Select(operation => operation!.DeepClone())] : [];
    }

    /// <summary>What of an artifact is compared. An expansion's identifier and time are of the moment and say nothing of its content.</summary>
    private async Task<ResourceDocument> ComparedAsync(ResourceDocument document, bool definitions, CancellationToken cancellationToken)
    {
        var json = (JsonObject)JsonNode.Parse(document.Bytes.Span)!;
        if (document.ResourceType == "ValueSet")
        {
            if (executable) json = (JsonObject)JsonNode.Parse((await expansions.ExpandAsync([document], issues, cancellationToken))[0].Json.Span)!;
            if (!executable) json.Remove("expansion");
            else if (json["expansion"] is JsonObject expansion) foreach (var name in (string[])["identifier", "timestamp"]) expansion.Remove(name);
        }

        if (!definitions) foreach (var name in Content(document.ResourceType)) json.Remove(name);
        return ResourceDocument.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()), limits: limits.Parse);
    }

    private static string[] Content(string type) => type switch { "ValueSet" => ["compose"], "CodeSystem" => ["concept"], "ConceptMap" => ["group"], _ => [] };

    private static Dictionary<(string Type, string Name), ResourceDocument> Named(TracedArtifacts traced)
    {
        var named = new Dictionary<(string, string), ResourceDocument>();
        foreach (var document in traced.Resources.Skip(1))
        {
            // Where one side uses several versions of an artifact, each is one of its own.
            var name = document.Root.TextOf("url") ?? TracedArtifacts.NameOf(document);
            if (!named.TryAdd((document.ResourceType, name), document)) named[(document.ResourceType, TracedArtifacts.CanonicalOf(document) ?? name)] = document;
        }

        return named;
    }

    private static JsonObject OneSided(string name, ResourceDocument document, string change)
    {
        var parts = new JsonArray(new JsonObject { ["name"] = "change", ["valueCode"] = change });
        if (TracedArtifacts.CanonicalOf(document) is { } canonical) parts.Add(new JsonObject { ["name"] = "canonical", ["valueCanonical"] = canonical });
        else parts.Add(new JsonObject { ["name"] = "reference", ["valueReference"] = new JsonObject { ["reference"] = TracedArtifacts.NameOf(document) } });
        return new JsonObject { ["name"] = name, ["part"] = parts };
    }
}
