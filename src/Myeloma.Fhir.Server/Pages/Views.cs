using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>A plan whose members are given together.</summary>
internal sealed record RegimenView(
    ResourceDocument Resource, string Id, string Title, string Status, string? Description, IReadOnlyList<string> Abbreviations, IReadOnlyList<MemberView> Members,
    IReadOnlyList<RequirementView> Requirements)
{
    public static RegimenView Of(ResourceDocument plan)
    {
        var root = plan.Root;
        var groups = root.Children("action").ToList().Where(action => action.TextOf("selectionBehavior") == "all").ToList();
        return new RegimenView(
            plan,
            plan.Id ?? "",
            root.TextOf("title") ?? root.TextOf("name") ?? plan.Id ?? "",
            root.TextOf("status") ?? "",
            root.TextOf("description"),
            [.. root.Children("identifier").ToList().Where(identifier => identifier.TextOf("system") == Vocabulary.AbbreviationSystem).Select(identifier => identifier.TextOf("value")).OfType<string>()],
            [.. groups.SelectMany(group => group.Children("action").ToList()).Select(MemberView.Of)],
            [.. groups.SelectMany(group => group.Extensions(Vocabulary.PriorTherapy)).Select(RequirementView.Of)]);
    }
}

/// <summary>One drug of a regimen.</summary>
/// <param name="Code">The drug's own code; null when the member bears none.</param>
/// <param name="DoseQualifiers">As stated, one a mention.</param>
/// <param name="Definition">Canonical of its ActivityDefinition.</param>
internal sealed record MemberView(string Name, string? Code, IReadOnlyList<DoseView> DoseQualifiers, IReadOnlyList<CodingView> Codings, string? Definition)
{
    public static MemberView Of(Element action)
    {
        var concepts = action.Children("code").ToList();
        var codings = concepts.SelectMany(concept => concept.Codings()).ToList();
        return new MemberView(
            concepts.Count > 0 ? concepts[0].Words() : action.TextOf("title") ?? "",
            codings.FirstOrDefault(coding => coding.System == Vocabulary.DrugSystem)?.Code,
            [.. action.Extensions(Vocabulary.DoseQualifier).Select(DoseView.Of)],
            codings,
            action.TextOf("definition"));
    }
}

/// <param name="Abbreviation">Of the mention that states it; null when that mention has none.</param>
internal sealed record DoseView(string Text, string? Abbreviation)
{
    public static DoseView Of(Element extension) =>
        new(extension.ExtensionValue("text")?.Text ?? "", extension.ExtensionValue("abbreviation")?.Text);
}

/// <summary>What must have been given before, as stated.</summary>
internal sealed record RequirementView(Element Extension, int? MinimumCount, IReadOnlyList<(string Name, bool Another)> Required, string? Outcome, string? StatedFor)
{
    public static RequirementView Of(Element extension) => new(
        extension,
        ElementReading.Integer(extension.ExtensionValue("minimumCount")),
        [.. extension.Extensions("requirement").Select(requirement => (
            requirement.ExtensionValue("concept")?.Words() ?? "", requirement.ExtensionValue("excludeSelf")?.Text == "true"))],
        extension.ExtensionValue("outcome")?.Words(),
        extension.ExtensionValue("statedFor")?.Text);
}

internal sealed record DrugView(ResourceDocument Resource, string Id, string Name, string? Code, IReadOnlyList<CodingView> Codings)
{
    public static DrugView Of(ResourceDocument medication)
    {
        var concept = medication.Root.Child("code");
        var codings = concept?.Codings() ?? [];
        return new DrugView(
            medication,
            medication.Id ?? "",
            concept?.Words() ?? medication.Id ?? "",
            codings.FirstOrDefault(coding => coding.System == Vocabulary.DrugSystem)?.Code,
            codings);
    }
}

internal sealed record DocumentView(ResourceDocument Resource, string Id, string Title)
{
    public static DocumentView Of(ResourceDocument reference)
    {
        var title = reference.Root.Child("content")?.Child("attachment")?.TextOf("title");
        return new DocumentView(reference, reference.Id ?? "", title ?? reference.Root.TextOf("description") ?? reference.Id ?? "");
    }
}
