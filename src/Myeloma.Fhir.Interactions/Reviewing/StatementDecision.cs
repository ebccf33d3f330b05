using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Interactions.Reviewing;

/// <summary>Another value for a part of an element.</summary>
/// <param name="Path">In the JSON of the element, <c>coding[0].display</c>; empty: the element itself, a primitive.</param>
/// <param name="ValueName">The property the value came in: <c>valueString</c>.</param>
public sealed record StatementCorrection(string Path, string ValueName, JsonNode Value);

/// <summary>What somebody decided about a statement; kept as a Provenance, whose versions are the decisions before.</summary>
/// <param name="Verdict"><c>approved</c>, <c>corrected</c> or <c>rejected</c>.</param>
/// <param name="Element">Where the element stood when it was decided.</param>
/// <param name="Value">What it said as it was read, as JSON.</param>
/// <param name="Words">The words it was read from.</param>
/// <param name="Recorded">As R4 writes an instant.</param>
public sealed record StatementDecision(
    string Statement, string Resource, string Verdict, string Element, string? Value, IReadOnlyList<string> Words, string? Note, string Who, string? WhoReference, string Recorded, IReadOnlyList<StatementCorrection> Corrections)
{
    private const string Base = "http://myeloma-fhir.org/fhir/";
    private const string Url = Base + "StructureDefinition/review-decision";

    /// <summary>Relative reference of the Provenance.</summary>
    public string Provenance => ReviewRules.ProvenanceOf(Statement);

    /// <summary>The decision as it is stored. https://hl7.org/fhir/R4/provenance.html</summary>
    public byte[] ToProvenance()
    {
        var parts = new JsonArray { Part("statement", "valueId", Statement), Part("verdict", "valueCode", Verdict), Part("element", "valueString", Element) };
        if (Value is not null) parts.Add(Part("value", "valueString", Value));
        foreach (var words in Words) parts.Add(Part("words", "valueString", words));
        if (Note is not null) parts.Add(Part("note", "valueString", Note));
        foreach (var correction in Corrections)
        {
            var own = new JsonArray { Part("path", "valueString", correction.Path), Part("value", correction.ValueName, correction.Value.DeepClone()) };
            if (correction.Path.Length == 0) own.RemoveAt(0);
            parts.Add(new JsonObject { ["extension"] = own, ["url"] = "correction" });
        }

        var who = new JsonObject { ["display"] = Who };
        if (WhoReference is not null) who.Insert(0, "reference", WhoReference);
        var provenance = new JsonObject
        {
            ["resourceType"] = "Provenance",
            ["id"] = Provenance["Provenance/".Length..],
            ["meta"] = new JsonObject { ["tag"] = new JsonArray(new JsonObject { ["system"] = ReviewRules.TagSystem, ["code"] = ReviewRules.ReviewTag }) },
            ["extension"] = new JsonArray(new JsonObject { ["extension"] = parts, ["url"] = Url }),
            ["target"] = new JsonArray(new JsonObject { ["reference"] = Resource }),
            ["recorded"] = Recorded,
            ["activity"] = new JsonObject { ["coding"] = new JsonArray(new JsonObject { ["system"] = Base + "CodeSystem/review-verdict", ["code"] = Verdict, ["display"] = char.ToUpperInvariant(Verdict[0]) + Verdict[1..] }) },
            ["agent"] = new JsonArray(new JsonObject
            {
                ["type"] = new JsonObject { ["coding"] = new JsonArray(new JsonObject { ["system"] = "http://terminology.hl7.org/CodeSystem/provenance-participant-type", ["code"] = "verifier", ["display"] = "Verifier" }) },
                ["who"] = who,
            }),
        };
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options)) provenance.WriteTo(writer);
        return stream.ToArray();
    }

    /// <returns>Null for a Provenance that holds no decision about a statement.</returns>
    public static StatementDecision? Read(ResourceDocument provenance)
    {
        var json = (JsonObject)JsonNode.Parse(provenance.Bytes.Span)!;
        if (Parts(json).FirstOrDefault(extension => Text(extension["url"]) == Url) is not { } decision) return null;
        var parts = Parts(decision).ToLookup(part => Text(part["url"]) ?? "");
        if (ValueOf(parts["statement"]) is not { } statement || ValueOf(parts["verdict"]) is not { } verdict || Text(json["target"]?[0]?["reference"]) is not { } resource) return null;
        var corrections = parts["correction"].Select(correction =>
        {
            var own = Parts(correction).ToLookup(part => Text(part["url"]) ?? "");
            var value = own["value"].First().First(property => property.Key != "url");
            return new StatementCorrection(ValueOf(own["path"]) ?? "", value.Key, value.Value!.DeepClone());
        });
        var agent = json["agent"]?[0]?["who"];
        return new StatementDecision(
            statement, resource, verdict, ValueOf(parts["element"]) ?? "", ValueOf(parts["value"]), [.. parts["words"].Select(part => ValueOf([part])).OfType<string>()], ValueOf(parts["note"]),
            Text(agent?["display"]) ?? "", Text(agent?["reference"]), Text(json["recorded"]) ?? "", [.. corrections]);
    }

    /// <summary>The instant as a Provenance has it.</summary>
    public static string Instant(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static JsonObject Part(string name, string valueName, JsonNode? value) => new() { ["url"] = name, [valueName] = value };

    private static IEnumerable<JsonObject> Parts(JsonObject element) => element["extension"] is JsonArray parts ? parts.OfType<JsonObject>() : [];

    private static string? ValueOf(IEnumerable<JsonObject> parts) => Text(parts.FirstOrDefault()?.FirstOrDefault(property => property.Key != "url" && property.Key != "extension").Value);

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
