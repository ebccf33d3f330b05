using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>
/// Treatment that must have been received before, in three layers: the fact as an extension, what must be known of the patient as
/// <c>input</c>, and how it is decided as an applicability <c>condition</c> in FHIRPath.
/// </summary>
/// <remarks>
/// <c>%priorTreatments</c> holds one CarePlan a treatment. What one treatment is, documents do not say. A condition that is true says that
/// the stated requirement is met and nothing more. https://hl7.org/fhir/R4/plandefinition-definitions.html#PlanDefinition.action.condition
/// </remarks>
internal static class PriorTherapyMapper
{
    private const string Product = "activity.detail.product";

    public static void Write(JsonObject action, MappingContext context, Draft draft, Regimen regimen, DrugCatalog drugs)
    {
        foreach (var stated in regimen.Requirements)
        {
            var needs = stated.Fact.Requires.Select(need => Need.Of(need, stated.Fact, context.Facts, drugs)).ToList();
            action.WithExtensions([Extension(context, draft, regimen, stated, needs)]);
            action.Append("documentation", new JsonObject
            {
                ["type"] = "documentation",
                ["display"] = DocumentMapper.TitleOf(stated.In),
                ["url"] = $"DocumentReference/{DocumentMapper.IdOf(stated.In.Document)}",
            }.WithExtensions([draft.Cite(stated.Here)]));
            if (Expression(stated.Fact, needs) is not { } expression) continue;

            action.Append("condition", new JsonObject
            {
                ["kind"] = "applicability",
                ["expression"] = new JsonObject
                {
                    ["description"] = Description(stated.Fact, needs),
                    ["language"] = "text/fhirpath",
                    ["expression"] = expression,
                },
            }.WithExtensions([draft.Cite(stated.Here)]));
            foreach (var input in Inputs(context, draft, needs)) action.Append("input", input);
        }
    }

    /// <summary>One needed drug, or class with the drugs that documents put into it.</summary>
    private sealed record Need(PriorTherapyNeed Fact, string Code, string Name, IReadOnlyList<string> Drugs, bool HasValueSet)
    {
        public static Need Of(PriorTherapyNeed need, PriorTherapyFact requirement, FactSet facts, DrugCatalog drugs)
        {
            if (need.Drug is { } drug) return new Need(need, drug.Slug, drug.Name, [drug.Slug], HasValueSet: false);

            var key = need.Class!;
            var members = facts.Of<DrugClassFact>().Where(stated => stated.Fact.Class.Equals(key)).Select(stated => stated.Fact.Drug)
                .Where(member => drugs.Find(member) is not null).ToList();
            var counted = members.Where(member => !need.ExcludeSelf || !requirement.Subject.Contains(member))
                .Select(member => member.Slug).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
            return new Need(need, DrugCodeSystemMapper.CodeOf(key, drugs), key.Name, [.. counted], members.Count > 0);
        }

        /// <summary>Of <c>system</c> and <c>code</c> of a coding. A class without known drugs can only be met by its own code.</summary>
        public string Predicate => Drugs.Count switch
        {
            0 => $"system = '{Canonicals.Drug}' and code = '{Code}'",
            1 => $"system = '{Canonicals.Drug}' and code = '{Drugs[0]}'",
            _ => $"system = '{Canonicals.Drug}' and code in ({string.Join(" | ", Drugs.Select(drug => $"'{drug}'"))})",
        };
    }

    private static JsonObject Extension(MappingContext context, Draft draft, Regimen regimen, Stated<PriorTherapyFact> stated, IReadOnlyList<Need> needs)
    {
        var fact = stated.Fact;
        var parts = new List<JsonObject?> { Extensions.Part("minimumCount", "valuePositiveInt", fact.MinimumCount) };
        foreach (var need in needs)
            parts.Add(Extensions.Nested("requirement", [draft.Cite(stated.At(need.Fact.Span))],
                Extensions.Part("concept", "valueCodeableConcept", draft.Concept(Canonicals.Drug, need.Code, need.Name, context.Codes)),
                need.Fact.ExcludeSelf ? Extensions.Part("excludeSelf", "valueBoolean", true) : null));
        if (fact.Outcome is { } outcome)
            parts.Add(Extensions.Part("outcome", "valueCodeableConcept", Concepts.Of(Canonicals.PriorTherapyOutcome, "not-worked", "Has not worked", outcome)));
        parts.Add(Extensions.Part("statedFor", "valueString", StatedFor(regimen, stated)));
        return Extensions.Complex("prior-therapy", [draft.Cite(stated.Here)], [.. parts]);
    }

    /// <summary>A requirement of one mention is not silently one of all: says which mention it is stated for when others lack it.</summary>
    private static string? StatedFor(Regimen regimen, Stated<PriorTherapyFact> stated)
    {
        var mention = regimen.Mentions.FirstOrDefault(mention => mention.In == stated.In && mention.Fact.Span == stated.Fact.SubjectSpan);
        if (mention is null || regimen.Mentions.Count == 1) return null;
        return mention.Fact.Abbreviation is { } abbreviation
            ? $"stated for the combination called {abbreviation}"
            : "stated for the combination without an abbreviation";
    }

    private static string? Expression(PriorTherapyFact fact, IReadOnlyList<Need> needs)
    {
        var terms = new List<string>();
        if (fact.MinimumCount is { } count) terms.Add($"%priorTreatments.count() >= {count}");
        terms.AddRange(needs.Select(need => $"%priorTreatments.{Product}.coding.where({need.Predicate}).exists()"));
        if (fact.Outcome is not null && needs.Count > 0) terms.Add(OutcomeTerm(needs));
        return terms.Count == 0 ? null : string.Join(" and ", terms);
    }

    /// <summary>Without a recorded outcome the term is empty, not false: nobody said how the treatment ended.</summary>
    private static string OutcomeTerm(IReadOnlyList<Need> needs)
    {
        var any = string.Join(" or ", needs.Select(need => $"({need.Predicate})"));
        var outcomes = $"%priorTreatments.where({Product}.coding.where({any}).exists()).activity.outcomeCodeableConcept.coding.where(system = '{Canonicals.PriorTherapyOutcome}')";
        return $"iif({outcomes}.exists(), {outcomes}.where(code = 'not-worked').exists(), {{}})";
    }

    private static string Description(PriorTherapyFact fact, IReadOnlyList<Need> needs)
    {
        var names = Wording.List(needs.Select(need => need.Fact.ExcludeSelf ? $"another {need.Name}" : need.Name));
        var treatments = fact.MinimumCount is { } count ? $"at least {count} treatment{(count == 1 ? "" : "s")} received before" : "treatment received before";
        var among = needs.Count == 0 ? "" : fact.MinimumCount is null ? $" with {names}" : $", {names} among them";
        var outcome = fact.Outcome is null ? "" : $", which {fact.Outcome}";
        return $"The stated requirement: {treatments}{among}{outcome}. It is no recommendation.";
    }

    private static IEnumerable<JsonObject> Inputs(MappingContext context, Draft draft, IReadOnlyList<Need> needs)
    {
        if (needs.Count == 0) yield return new JsonObject { ["type"] = "CarePlan" };
        foreach (var need in needs)
        {
            var filter = new JsonObject { ["path"] = Product };
            if (need.HasValueSet) filter.Set("valueSet", Canonicals.Versioned("ValueSet", DrugCodeSystemMapper.ValueSetIdOf(need.Code)));
            else filter.Set("code", draft.Concept(Canonicals.Drug, need.Code, need.Name, context.Codes)["coding"]!.DeepClone());
            yield return new JsonObject { ["type"] = "CarePlan", ["codeFilter"] = new JsonArray(filter) };
        }
    }
}
