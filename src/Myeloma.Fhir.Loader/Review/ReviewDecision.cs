using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Mapping;

namespace Myeloma.Fhir.Loader.Review;

/// <summary>What a person decided about a statement.</summary>
public enum Verdict { Approved, Corrected, Rejected }

/// <summary>Another value for a part of an element.</summary>
/// <param name="Path">In the JSON of the element, like <c>coding[0].display</c>; empty: the element itself, which is a primitive then.</param>
/// <param name="Value">A primitive or an object, as JSON.</param>
public sealed record Correction(string Path, JsonNode Value);

/// <summary>A decision about a statement, as a Provenance holds it; the next loads keep to it as long as the statement stays what it is.</summary>
/// <param name="Statement">The id of the statement.</param>
/// <param name="Provenance">Relative reference of that Provenance.</param>
public sealed record ReviewDecision(string Statement, Verdict Verdict, IReadOnlyList<Correction> Corrections, string Provenance)
{
    /// <summary>The tag of every decision, in the system of <see cref="LoadPlan.TagSystem"/>.</summary>
    public const string TagCode = "review";

    /// <summary>The extension that holds it: <c>statement</c>, <c>verdict</c>, and for a corrected one <c>correction</c> with <c>path</c> and <c>value</c>.</summary>
    public const string Url = Canonicals.Base + "/StructureDefinition/review-decision";

    /// <returns>Null for a Provenance that holds no decision.</returns>
    public static ReviewDecision? Read(byte[] provenance)
    {
        var json = (JsonObject)JsonNode.Parse(provenance)!;
        if (json["extension"] is not JsonArray extensions || extensions.OfType<JsonObject>().FirstOrDefault(one => UrlOf(one) == Url) is not { } decision) return null;
        var parts = Parts(decision).ToLookup(part => UrlOf(part)!);
        if (Value(parts["statement"])?.GetValue<string>() is not { } statement || VerdictOf(Value(parts["verdict"])?.GetValue<string>()) is not { } verdict) return null;
        var corrections = parts["correction"].Select(correction =>
        {
            var own = Parts(correction).ToLookup(part => UrlOf(part)!);
            return new Correction(Value(own["path"])?.GetValue<string>() ?? "", Value(own["value"])!.DeepClone());
        });
        return new ReviewDecision(statement, verdict, [.. corrections], $"Provenance/{json["id"]!.GetValue<string>()}");
    }

    /// <summary>The verdict of a code: <c>approved</c>, <c>corrected</c>, <c>rejected</c>.</summary>
    /// <returns>Null for any other.</returns>
    public static Verdict? VerdictOf(string? code) => code switch
    {
        "approved" => Review.Verdict.Approved,
        "corrected" => Review.Verdict.Corrected,
        "rejected" => Review.Verdict.Rejected,
        _ => null,
    };

    private static IEnumerable<JsonObject> Parts(JsonObject extension) => extension["extension"] is JsonArray parts ? parts.OfType<JsonObject>() : [];

    private static string? UrlOf(JsonObject extension) => extension["url"]?.GetValue<string>();

    private static JsonNode? Value(IEnumerable<JsonObject> parts) =>
        parts.FirstOrDefault()?.FirstOrDefault(property => property.Key.StartsWith("value", StringComparison.Ordinal)).Value;
}
