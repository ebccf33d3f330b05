using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>
/// What a document says of a therapy as a whole: its aims as goals, its references as citations, the rest as statements. It holds no
/// action, since the document ties neither drug nor combination to an aim. https://hl7.org/fhir/R4/plandefinition.html
/// </summary>
internal static class TherapyPageMapper
{
    public static string IdOf(DocumentFacts document) => Ids.From("page", DocumentMapper.IdOf(document.Document));

    public static void Map(MappingContext context)
    {
        foreach (var document in context.Facts.Documents.Where(HasTherapy)) new Writer(context, document).Write();
    }

    private static bool HasTherapy(DocumentFacts document) => document.Facts.Any(fact =>
        fact is SettingFact or ReferenceFact or TherapyFact or SafetyDependsOnFact or SafetyAdviceFact);

    private sealed class Writer(MappingContext context, DocumentFacts document)
    {
        private readonly Draft draft = context.AddArtifact("PlanDefinition", IdOf(document), Ids.Name("Page " + DocumentMapper.TitleOf(document)), DocumentMapper.TitleOf(document), "draft");

        public void Write()
        {
            draft.Json.WithExtensions(Statements());
            draft.Json
                .Set("type", Concepts.Of("http://terminology.hl7.org/CodeSystem/plan-definition-type", "workflow-definition", "Workflow Definition"))
                .Set("description", "What the document says of the therapy as a whole. It ties no drug and no combination to an aim.")
                .Set("useContext", Focus())
                .Set("copyright", Copyright.Of([document]))
                .Set("topic", new JsonArray(Concepts.Of("http://terminology.hl7.org/CodeSystem/definition-topic", "treatment", "Treatment")))
                .Set("relatedArtifact", RelatedArtifacts())
                .Set("goal", Goals());
        }

        private Citation At(Fact fact) => new(document, fact, fact.Span);

        private JsonArray Statements()
        {
            var statements = new JsonArray();
            foreach (var fact in document.Facts)
            {
                switch (fact)
                {
                    case TherapyFact { Statement: TherapyFactKind.Combination, Term: { } category }:
                        statements.Add(Extensions.Complex("combines-with", [draft.Cite(At(fact))], Extensions.Part("category", "valueCodeableConcept",
                            Concepts.Of(Canonicals.TherapyCategory, category.Code, category.Display, category.Display))));
                        break;
                    case TherapyFact therapy:
                        statements.Add(Extensions.Statement(fact.Kind, therapy.Words, [draft.Cite(At(fact))]));
                        break;
                    case SafetyDependsOnFact depends:
                        statements.Add(Extensions.Statement(fact.Kind, depends.Words, [draft.Cite(At(fact))]));
                        break;
                    case SafetyAdviceFact advice:
                        statements.Add(Extensions.Statement(fact.Kind, advice.Words, [draft.Cite(At(fact))]));
                        break;
                }
            }

            return statements;
        }

        private IEnumerable<IGrouping<string, TherapyFact>> Conditions() => document.Of<TherapyFact>()
            .Where(fact => fact is { Statement: TherapyFactKind.Condition, Term: not null }).GroupBy(fact => fact.Term!.Code, StringComparer.Ordinal);

        private JsonArray Focus() => Conditions().Select(group => (JsonNode)new JsonObject
        {
            ["code"] = Concepts.Coding("http://terminology.hl7.org/CodeSystem/usage-context-type", "focus", "Clinical Focus"),
            ["valueCodeableConcept"] = ConditionMapper.Concept(draft, context, group.First().Term!, null),
        }.WithExtensions(draft.CiteAll(group.Select(At)))).ToArray();

        private JsonArray RelatedArtifacts()
        {
            var artifacts = new JsonArray(new JsonObject
            {
                ["type"] = "derived-from",
                ["display"] = DocumentMapper.TitleOf(document),
                ["url"] = $"DocumentReference/{DocumentMapper.IdOf(document.Document)}",
            });
            foreach (var reference in document.Of<ReferenceFact>())
                artifacts.Add(new JsonObject { ["type"] = "citation" }
                    .WithExtensions([draft.Cite(At(reference))])
                    .Set("label", reference.Type)
                    .Set("display", reference.Title ?? reference.Words)
                    .Set("citation", reference.Words)
                    .Set("url", reference.Url));
            return artifacts;
        }

        private JsonArray Goals()
        {
            var conditions = Conditions().Select(group => group.First().Term!).ToList();
            return document.Of<SettingFact>().Select(setting =>
            {
                var code = TreatmentSettingMapper.CodeOf(setting);
                var goal = new JsonObject
                {
                    ["category"] = draft.Concept(Canonicals.TreatmentSetting, code, TreatmentSettingMapper.DisplayOf(setting), context.Codes),
                    ["description"] = Concepts.Text(setting.Goal),
                };
                if (setting.Timing is not null || setting.Transplant is not null)
                    goal.WithExtensions([Extensions.Complex("setting-detail", [draft.Cite(At(setting))],
                        Extensions.Part("timing", "valueString", setting.Timing), Extensions.Part("transplant", "valueString", setting.Transplant))]);
                return (JsonNode)goal.WithExtensions([draft.Cite(At(setting))])
                    .Set("addresses", conditions.Select(condition => (JsonNode)ConditionMapper.Concept(draft, context, condition, null)).ToArray());
            }).ToArray();
        }
    }
}
