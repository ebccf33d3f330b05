using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>
/// One PlanDefinition a combination: one action whose actions, one a member, are all taken together. A single drug with a requirement
/// is the same with one member. https://hl7.org/fhir/R4/plandefinition.html
/// </summary>
internal static class RegimenMapper
{
    public static void Map(MappingContext context, RegimenCatalog regimens, DrugCatalog drugs)
    {
        foreach (var regimen in regimens.All) new Writer(context, regimen, drugs).Write();
    }

    private sealed class Writer(MappingContext context, Regimen regimen, DrugCatalog drugs)
    {
        private readonly Draft draft = context.AddArtifact("PlanDefinition", regimen.Id, NameOf(regimen), regimen.Title, "draft").Claim("regimen");

        public void Write()
        {
            draft.Json
                .Set("identifier", Identifiers())
                .Set("subtitle", regimen.Abbreviations.Count > 0 ? regimen.MemberNames : null)
                .Set("type", Concepts.Of("http://terminology.hl7.org/CodeSystem/plan-definition-type", "clinical-protocol", "Clinical Protocol"))
                .Set("description", Description())
                .Set("useContext", UseContexts())
                .Set("copyright", Copyright.Of(Sources()))
                .Set("topic", new JsonArray(Concepts.Of("http://terminology.hl7.org/CodeSystem/definition-topic", "treatment", "Treatment")))
                .Set("relatedArtifact", RelatedArtifacts())
                .Set("action", new JsonArray(Group()));
            NoteMerges();
        }

        private static string NameOf(Regimen regimen)
        {
            // A hyphen becomes an underscore in the name of an abbreviation, so that A-BC and ABC stay apart.
            if (regimen.Abbreviations.Count == 0) return Ids.Name(string.Join(' ', regimen.Members.Select(member => member.Name)));
            var name = string.Concat(regimen.Abbreviations[0].Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
            return char.IsAsciiLetterUpper(name[0]) ? name : "R_" + name;
        }

        private IEnumerable<DocumentFacts> Sources() =>
            regimen.Mentions.Select(mention => mention.In).Concat(regimen.Requirements.Select(requirement => requirement.In)).Distinct();

        private JsonArray Identifiers() => regimen.Abbreviations.Select(abbreviation => (JsonNode)new JsonObject
        {
            ["system"] = Canonicals.RegimenAbbreviation,
            ["value"] = abbreviation,
        }.WithExtensions(draft.CiteAll(regimen.Mentions.Where(mention => mention.Fact.Abbreviation == abbreviation)
            .Select(mention => mention.At(mention.Fact.AbbreviationSpan ?? mention.Fact.Span))))).ToArray();

        private string Description() => regimen.Members.Count == 1
            ? $"{regimen.MemberNames}, with the treatment that must have been received before. Doses and schedules are not stated."
            : $"{regimen.MemberNames} given together. Doses, schedules, cycles and duration are not stated.";

        /// <summary>The disease the document is about, and a state of it only where a document says it of this combination.</summary>
        private JsonArray UseContexts()
        {
            var contexts = new JsonArray();
            var states = context.Facts.Of<IndicationFact>()
                .Where(stated => stated.Fact.InCombinationWith.Count > 0 && regimen.Is(stated.Fact.InCombinationWith.Append(stated.Fact.Drug)))
                .ToList();
            foreach (var stated in states)
            {
                var group = stated.Fact.State?.Code ?? "stated";
                contexts.Add(Focus(stated.Fact.Condition, group, [draft.Cite(stated.Near(stated.Fact.Condition.Display))]));
                if (stated.Fact.State is not { } state) continue;
                contexts.Add(new JsonObject
                {
                    ["extension"] = new JsonArray(Group(group), Extensions.Simple("modality", "valueString", stated.Fact.Modality, [draft.Cite(stated.Near(stated.Fact.Modality))]), draft.Cite(stated.Here)),
                    ["code"] = Concepts.Coding(Canonicals.UsageContextType, "disease-state", "State of the disease"),
                    ["valueCodeableConcept"] = Concepts.Of(Canonicals.DiseaseState, state.Code, state.Display, state.Display),
                });
            }

            if (states.Count > 0) return contexts;
            var therapy = context.Facts.Of<TherapyFact>().Where(stated => stated.Fact is { Statement: TherapyFactKind.Condition, Term: not null } && Sources().Contains(stated.In));
            foreach (var conditions in therapy.GroupBy(stated => stated.Fact.Term!.Code, StringComparer.Ordinal))
                contexts.Add(Focus(conditions.First().Fact.Term!, null, draft.CiteAll(conditions.Select(stated => stated.Here))));
            return contexts;
        }

        private JsonObject Focus(Term condition, string? group, JsonArray places) => new JsonObject
        {
            ["code"] = Concepts.Coding("http://terminology.hl7.org/CodeSystem/usage-context-type", "focus", "Clinical Focus"),
            ["valueCodeableConcept"] = ConditionMapper.Concept(draft, context, condition, null),
        }.WithExtensions(group is null ? places : new JsonArray(Group(group)).Then(places));

        /// <summary>https://hl7.org/fhir/R4/extension-usagecontext-group.html: contexts of a group hold together, groups are alternatives.</summary>
        private static JsonObject Group(string name) =>
            new() { ["url"] = "http://hl7.org/fhir/StructureDefinition/usagecontext-group", ["valueString"] = name };

        private JsonArray RelatedArtifacts() => regimen.Mentions.GroupBy(mention => mention.In).Select(document =>
        {
            var mentions = document.Select(mention => (JsonNode)Extensions.Complex("mention", [draft.Cite(mention.Here)],
                Extensions.Part("form", "valueCode", mention.Fact.Form == RegimenForm.List ? "list" : "prose"),
                Extensions.Part("abbreviation", "valueString", mention.Fact.Abbreviation),
                Extensions.Part("listQualifier", "valueString", mention.Fact.ListQualifier),
                Extensions.Part("sectionDrug", "valueCodeableConcept", mention.Fact.SectionDrug is { } drug ? Concepts.Of(Canonicals.Drug, drug.Slug, drug.Name, drug.Name) : null)));
            return (JsonNode)DerivedFrom(document.Key).WithExtensions(mentions.ToArray());
        }).Concat(Sources().Where(source => regimen.Mentions.All(mention => mention.In != source)).Select(source => (JsonNode)DerivedFrom(source))).ToArray();

        private static JsonObject DerivedFrom(DocumentFacts document) => new()
        {
            ["type"] = "derived-from",
            ["display"] = DocumentMapper.TitleOf(document),
            ["url"] = $"DocumentReference/{DocumentMapper.IdOf(document.Document)}",
        };

        private JsonObject Group()
        {
            var group = new JsonObject { ["id"] = "combination" }
                .Set("title", regimen.Members.Count == 1 ? regimen.MemberNames : $"{regimen.MemberNames} together");
            group.WithExtensions(draft.CiteAll(regimen.Mentions.Select(mention => mention.Here)));
            PriorTherapyMapper.Write(group, context, draft, regimen, drugs);
            return group
                .Set("groupingBehavior", "logical-group")
                .Set("selectionBehavior", "all")
                .Set("action", regimen.Members.Select(member => (JsonNode)Member(member)).ToArray());
        }

        private JsonObject Member(DrugKey member)
        {
            var action = new JsonObject { ["id"] = member.Slug };
            var qualifiers = new JsonArray();
            var places = new List<Citation>();
            foreach (var mention in regimen.Mentions)
            {
                var named = mention.Fact.Members.First(drug => drug.Drug.Equals(member));
                places.Add(mention.At(named.Span));
                if (named.DoseQualifier is not { } qualifier) continue;
                qualifiers.Add(Extensions.Complex("dose-qualifier", [draft.Cite(mention.At(named.DoseQualifierSpan ?? named.Span))],
                    Extensions.Part("text", "valueString", qualifier),
                    Extensions.Part("abbreviation", "valueString", mention.Fact.Abbreviation)));
            }

            if (places.Count == 0) places.AddRange(regimen.Requirements.Select(requirement => NameBefore(requirement, member)));
            return action.WithExtensions(qualifiers).WithExtensions(draft.CiteAll(places))
                .Set("title", member.Name)
                .Set("code", new JsonArray(draft.Concept(Canonicals.Drug, member.Slug, member.Name, context.Codes)))
                .Set("definitionCanonical", ActivityDefinitionMapper.CanonicalOf(member, regimen.AgreedDoseQualifier(member)));
        }

        /// <summary>The last place before the requirement that names the drug.</summary>
        private Citation NameBefore(Stated<PriorTherapyFact> requirement, DrugKey member)
        {
            var before = drugs.Find(member)?.Mentions
                .Where(mention => mention.In == requirement.In && mention.Fact.Span.Start < requirement.Fact.Span.Start).ToList() ?? [];
            var named = before.LastOrDefault(mention => mention.Fact.Name == DrugNameKind.Generic) ?? before.LastOrDefault();
            return named is null ? requirement.Near(member.Name) : named.Here;
        }

        private void NoteMerges()
        {
            foreach (var mention in regimen.Mentions.Skip(1))
                context.Ledger.Merge(mention.Here, $"PlanDefinition/{regimen.Id}: the same members as at {regimen.Mentions[0].Fact.Span} of {regimen.Mentions[0].In.Document.FileName}");
        }
    }
}

/// <summary>The copyright of a plan: whose words the facts were taken from.</summary>
internal static class Copyright
{
    public static string? Of(IEnumerable<DocumentFacts> sources)
    {
        var sentences = sources.Select(source =>
        {
            var notice = source.Document.Origin?.Copyright ?? Stated(source);
            return $"Facts taken from '{DocumentMapper.TitleOf(source)}'{(notice is null ? "" : $" ({notice})")}, whose publisher has not made, reviewed or endorsed this resource.";
        }).ToList();
        return sentences.Count == 0 ? null : string.Join(' ', sentences);
    }

    private static string? Stated(DocumentFacts source)
    {
        var year = source.Of<MetaFact>().FirstOrDefault(fact => fact.Statement == MetaFactKind.CopyrightYear)?.Value;
        var holder = source.Of<MetaFact>().FirstOrDefault(fact => fact.Statement == MetaFactKind.CopyrightHolder)?.Value;
        return year is null && holder is null ? null : string.Join(' ', new[] { "©", year, holder }.Where(part => part is not null));
    }
}
