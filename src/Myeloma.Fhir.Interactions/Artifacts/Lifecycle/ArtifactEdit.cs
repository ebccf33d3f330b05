using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Canonicals;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Interactions.Artifacts.Lifecycle;

/// <summary>An artifact while an operation changes what it says of itself: elements go where its type has them, else into the extension that stands for them.</summary>
internal sealed class ArtifactEdit
{
    public const string ReleaseLabel = "http://hl7.org/fhir/StructureDefinition/artifact-releaseLabel";

    private static readonly ParseLimits Unlimited = new(int.MaxValue, 1_000, int.MaxValue, int.MaxValue);

    /// <summary>Extensions and the JSON names of their values. https://hl7.org/fhir/uv/crmi/extensions.html</summary>
    private static readonly Dictionary<string, (string Url, string Value)> Extensions = new(StringComparer.Ordinal)
    {
        ["url"] = (ArtifactMetadata.UrlExtension, "valueUri"),
        ["version"] = (ArtifactMetadata.VersionExtension, "valueString"),
        ["status"] = (ArtifactMetadata.StatusExtension, "valueCode"),
        ["date"] = ("http://hl7.org/fhir/StructureDefinition/artifact-date", "valueDateTime"),
        ["approvalDate"] = ("http://hl7.org/fhir/StructureDefinition/resource-approvalDate", "valueDate"),
        ["lastReviewDate"] = ("http://hl7.org/fhir/StructureDefinition/resource-lastReviewDate", "valueDate"),
        ["effectivePeriod"] = ("http://hl7.org/fhir/StructureDefinition/resource-effectivePeriod", "valuePeriod"),
    };

    private readonly TypeSchema type;
    private readonly JsonObject json;

    public ArtifactEdit(ResourceDocument document)
    {
        type = document.Root.Type;
        json = (JsonObject)JsonNode.Parse(document.Bytes.Span)!;
    }

    /// <summary>The element is there afterwards with this value and no other.</summary>
    /// <param name="name">One of the elements that artifacts have in common.</param>
    public void Set(string name, string value)
    {
        if (IsElement(name))
        {
            json.Remove("_" + name);
            Put(name, value);
            return;
        }

        var (url, property) = Extensions[name];
        SetExtension(url, property, value);
    }

    public void SetExtension(string url, string property, JsonNode value)
    {
        RemoveExtension(url);
        Items("extension").Add(new JsonObject { ["url"] = url, [property] = value });
    }

    /// <summary>The element is not there afterwards, in neither form.</summary>
    public void Remove(string name)
    {
        if (IsElement(name))
        {
            json.Remove(name);
            json.Remove("_" + name);
        }

        if (Extensions.TryGetValue(name, out var extension)) RemoveExtension(extension.Url);
    }

    /// <returns>Whether there was one.</returns>
    public bool RemoveExtension(string url)
    {
        if (json["extension"] is not JsonArray extensions) return false;
        var removed = extensions.RemoveAll(each => each?["url"] is JsonValue text && text.GetValue<string>() == url);
        if (extensions.Count == 0) json.Remove("extension");
        return removed > 0;
    }

    /// <summary>What only the server says of a resource goes, and its tags: they are about that one resource, who made it and what is to be done with it.</summary>
    public void BecomeNew(string id)
    {
        Put("id", id);
        if (json["meta"] is not JsonObject meta) return;
        foreach (var name in (string[])["versionId", "lastUpdated", "source", "tag"]) meta.Remove(name);
        if (meta.Count == 0) json.Remove("meta");
    }

    /// <summary>Adds a related artifact unless its like is there; nothing where the type has none.</summary>
    public void AddRelated(string relation, string canonical)
    {
        if (type.FindElement("relatedArtifact") is null) return;
        var related = Items("relatedArtifact");
        if (related.Any(each => each?["type"]?.GetValue<string>() == relation && each["resource"]?.GetValue<string>() == canonical)) return;
        related.Add(new JsonObject { ["type"] = relation, ["resource"] = canonical });
    }

    /// <summary>
    /// What the expansion parameters of a manifest were when it was released is kept beside them as its input parameters, and taken back when it is drafted.
    /// </summary>
    /// <remarks>https://hl7.org/fhir/uv/crmi/version-manifest.html</remarks>
    public void KeepParameters()
    {
        if (Parameters(ExpansionParameters) is not { } parameters) return;
        var kept = (JsonObject)parameters.DeepClone();
        kept["id"] = InputId;
        RemoveContained(InputId);
        Items("contained").Add(kept);
        SetExtension(InputParameters, "valueReference", new JsonObject { ["reference"] = "#" + InputId });
    }

    /// <inheritdoc cref="KeepParameters"/>
    public void TakeParametersBack()
    {
        if (Parameters(InputParameters) is not { } parameters) return;
        if (Parameters(ExpansionParameters) is { } released && released != parameters) RemoveContained(released["id"]!.GetValue<string>());
        RemoveExtension(InputParameters);
        SetExtension(ExpansionParameters, "valueReference", new JsonObject { ["reference"] = $"#{parameters["id"]!.GetValue<string>()}" });
    }

    public ResourceDocument ToDocument()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options)) json.WriteTo(writer);
        return ResourceDocument.Parse(stream.ToArray(), limits: Unlimited);
    }

    private const string ExpansionParameters = "http://hl7.org/fhir/StructureDefinition/cqf-expansionParameters";
    private const string InputParameters = "http://hl7.org/fhir/StructureDefinition/cqf-inputParameters";
    private const string InputId = "inputParameters";

    private bool IsElement(string name) => name switch
    {
        "url" or "version" => ArtifactMetadata.HasElements(type.Name),
        "status" => ArtifactMetadata.HasStatus(type.Name),
        _ => type.FindElement(name) is not null,
    };

    /// <summary>The contained Parameters that an extension points at.</summary>
    private JsonObject? Parameters(string extension)
    {
        var reference = (json["extension"] as JsonArray)?.FirstOrDefault(each => each?["url"]?.GetValue<string>() == extension)?["valueReference"]?["reference"]?.GetValue<string>();
        return reference is null || reference.Length < 2 || reference[0] != '#' ? null
            : (json["contained"] as JsonArray)?.OfType<JsonObject>().FirstOrDefault(each => each["resourceType"]?.GetValue<string>() == "Parameters" && each["id"]?.GetValue<string>() == reference[1..]);
    }

    private void RemoveContained(string id)
    {
        if (json["contained"] is not JsonArray contained) return;
        contained.RemoveAll(each => each?["id"]?.GetValue<string>() == id);
        if (contained.Count == 0) json.Remove("contained");
    }

    private JsonArray Items(string name)
    {
        if (json[name] is JsonArray items) return items;
        Put(name, new JsonArray());
        return (JsonArray)json[name]!;
    }

    /// <summary>Replaces a property, or puts it where the type has it among those that are there.</summary>
    private void Put(string name, JsonNode value)
    {
        if (json.ContainsKey(name))
        {
            json[name] = value;
            return;
        }

        var place = PlaceOf(name);
        var at = 0;
        foreach (var (each, _) in json)
        {
            if (PlaceOf(each.TrimStart('_')) > place) break;
            at++;
        }

        json.Insert(at, name, value);
    }

    private int PlaceOf(string property)
    {
        if (type.FindProperty(property)?.Element is not { } element) return -1;
        for (var at = 0; at < type.Elements.Count; at++)
            if (type.Elements[at] == element) return at;
        return -1;
    }
}
