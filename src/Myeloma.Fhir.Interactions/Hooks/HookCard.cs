using System.Text.Json.Nodes;

namespace Myeloma.Fhir.Interactions.Hooks;

/// <summary>A card of a CDS service. https://cds-hooks.hl7.org/2.0/#cds-service-response</summary>
internal sealed class HookCard
{
    private const int MaxSummary = 140;

    /// <summary>In words, shortened to what a card may have.</summary>
    public required string Summary { get; init; }

    /// <summary>Markdown; null for none.</summary>
    public string? Detail { get; init; }

    /// <summary><c>info</c>, <c>warning</c> or <c>critical</c>.</summary>
    public string Indicator { get; init; } = "info";

    /// <summary>Whose words these are.</summary>
    public required string Source { get; init; }

    /// <summary>Null for none.</summary>
    public string? SourceUrl { get; init; }

    /// <summary>Label and absolute url.</summary>
    public IReadOnlyList<(string Label, string Url)> Links { get; init; } = [];

    public IReadOnlyList<JsonObject> Suggestions { get; init; } = [];

    /// <summary>How many of the suggestions may be taken: <c>any</c> or <c>at-most-one</c>.</summary>
    public string Selection { get; init; } = "any";

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["summary"] = Summary.Length <= MaxSummary ? Summary : Summary[..(MaxSummary - 1)] + "…" };
        if (!string.IsNullOrEmpty(Detail)) json["detail"] = Detail;
        json["indicator"] = Indicator;
        json["source"] = SourceUrl is null ? new JsonObject { ["label"] = Source } : new JsonObject { ["label"] = Source, ["url"] = SourceUrl };
        if (Suggestions.Count > 0)
        {
            json["suggestions"] = new JsonArray([.. Suggestions]);
            json["selectionBehavior"] = Selection;
        }

        if (Links.Count > 0) json["links"] = new JsonArray([.. Links.Select(link => new JsonObject { ["label"] = link.Label, ["url"] = link.Url, ["type"] = "absolute" })]);
        return json;
    }
}
