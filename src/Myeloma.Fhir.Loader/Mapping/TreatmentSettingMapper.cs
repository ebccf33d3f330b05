using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>The CodeSystem of the aims that therapy is said to have. No drug and no combination is tied to one.</summary>
internal static class TreatmentSettingMapper
{
    /// <summary>The code of an aim: its name where the document gives one, else its words.</summary>
    public static string CodeOf(SettingFact fact) => fact.Name is { } name
        ? Ids.From(name)
        : fact.Transplant is { } transplant ? Ids.From(fact.Goal, transplant, "transplant") : Ids.From(fact.Goal);

    public static string DisplayOf(SettingFact fact) => fact.Name ?? fact.Goal;

    public static void Map(MappingContext context)
    {
        var settings = context.Facts.Of<SettingFact>().GroupBy(stated => CodeOf(stated.Fact), StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        if (settings.Count == 0) return;

        var draft = context.AddArtifact("CodeSystem", "treatment-setting", "TreatmentSetting", "Treatment settings", "active");
        draft.Json.Set("description", "Aims of therapy that the loaded documents name. They tie no drug and no combination to one of them.")
            .Set("caseSensitive", true).Set("content", "complete").Set("count", settings.Count)
            .Set("concept", settings.Select(group =>
            {
                var first = group.First();
                var concept = new JsonObject { ["code"] = group.Key, ["display"] = DisplayOf(first.Fact) };
                concept.WithExtensions(draft.CiteAll(group.Select(stated => stated.Here)));
                return (JsonNode)(first.Fact.Name is null ? concept : concept.Set("definition", Words(first.Fact)));
            }).ToArray());
    }

    /// <summary>The aim with when it holds.</summary>
    public static string Words(SettingFact fact) => fact.Timing is { } timing ? $"{fact.Goal} {timing}" : fact.Goal;
}
