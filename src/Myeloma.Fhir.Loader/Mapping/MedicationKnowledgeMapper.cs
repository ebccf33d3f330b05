using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>What documents state of a drug: names, classes, routes, forms, uses, risks. https://hl7.org/fhir/R4/medicationknowledge.html</summary>
internal static class MedicationKnowledgeMapper
{
    public static void Map(MappingContext context, DrugCatalog drugs)
    {
        foreach (var drug in drugs.All) new Writer(context, drug, drugs).Write();
    }

    private sealed class Writer(MappingContext context, CatalogDrug drug, DrugCatalog drugs)
    {
        private readonly Draft draft = context.Add("MedicationKnowledge", drug.Key.Slug).Claim("drug-knowledge");

        public void Write()
        {
            draft.Json.WithExtensions(OwnExtensions());
            draft.Json
                .Set("code", draft.Concept(Canonicals.Drug, drug.Key.Slug, drug.Key.Name, context.Codes).WithExtensions(draft.CiteAll(drug.Introductions)))
                .Set("associatedMedication", new JsonArray(Concepts.Reference($"Medication/{drug.Key.Slug}")))
                .Set("doseForm", DoseForm());
            WriteSynonyms();
            draft.Json
                .Set("intendedRoute", Routes())
                .Set("relatedMedicationKnowledge", Similar())
                .Set("administrationGuidelines", Indications())
                .Set("medicineClassification", Classifications());
        }

        private IEnumerable<Stated<TFact>> Of<TFact>(Func<TFact, DrugKey> about) where TFact : Fact =>
            context.Facts.Of<TFact>().Where(stated => about(stated.Fact).Equals(drug.Key));

        private void WriteSynonyms()
        {
            var names = Of<BrandFact>(fact => fact.Drug).Select(stated => (Name: stated.Fact.Brand, stated.Here))
                .Concat(Of<DrugAbbreviationFact>(fact => fact.Drug).Select(stated => (Name: stated.Fact.Abbreviation, stated.Here)))
                .GroupBy(name => name.Name, StringComparer.Ordinal).ToList();
            if (names.Count == 0) return;

            draft.Json.Set("synonym", names.Select(name => (JsonNode?)JsonValue.Create(name.Key)).ToArray());
            draft.Json["_synonym"] = names.Select(name =>
                (JsonNode)new JsonObject { ["extension"] = draft.CiteAll(name.Select(place => place.Here)) }).ToArray();
        }

        /// <summary>R4 has room for one form; a second one that a document states is kept as a statement.</summary>
        private JsonObject? DoseForm()
        {
            var first = Forms().FirstOrDefault();
            return first is null ? null : Concepts.Text(first.Key).WithExtensions(draft.CiteAll(first.Select(stated => stated.Here)));
        }

        private IEnumerable<IGrouping<string, Stated<FormFact>>> Forms() =>
            Of<FormFact>(fact => fact.Drug).GroupBy(stated => stated.Fact.Form, StringComparer.Ordinal);

        private JsonArray Routes() => Of<RouteFact>(fact => fact.Drug)
            .GroupBy(stated => (stated.Fact.Route.Code, stated.Fact.Qualifier))
            .Select(group =>
            {
                var first = group.First();
                var route = draft.Concept(Canonicals.Route, first.Fact.Route.Code, first.Fact.Route.Display, context.Codes);
                if (first.Fact.Qualifier is { } qualifier)
                    route.WithExtensions([Extensions.Simple("route-qualifier", "valueString", qualifier, draft.CiteAll(group.Select(stated => stated.Near(qualifier))))]);
                return (JsonNode)route.WithExtensions(draft.CiteAll(group.Select(stated => stated.Here)));
            }).ToArray();

        private JsonArray Similar() => Of<SimilarToFact>(fact => fact.Drug)
            .Where(stated => drugs.Find(stated.Fact.Similar) is not null)
            .GroupBy(stated => stated.Fact.Similar)
            .Select(group => (JsonNode)new JsonObject
            {
                ["type"] = Concepts.Text("described as similar"),
                ["reference"] = new JsonArray(Concepts.Reference($"MedicationKnowledge/{group.Key.Slug}", group.Key.Name)),
            }.WithExtensions(draft.CiteAll(group.Select(stated => stated.Here)))).ToArray();

        /// <summary>Uses that are stated of the drug; one that is stated of a combination stands on its plan.</summary>
        private JsonArray Indications() => Of<IndicationFact>(fact => fact.Drug)
            .Where(stated => stated.Fact.InCombinationWith.Count == 0)
            .GroupBy(stated => (stated.Fact.Condition.Code, stated.Fact.State?.Code, stated.Fact.Modality))
            .Select(group =>
            {
                var first = group.First().Fact;
                var concept = ConditionMapper.Concept(draft, context, first.Condition, first.State)
                    .WithExtensions([Extensions.Simple("modality", "valueString", first.Modality, draft.CiteAll(group.Select(stated => stated.Near(first.Modality))))])
                    .WithExtensions(draft.CiteAll(group.SelectMany(ConditionMapper.Places)));
                return (JsonNode)new JsonObject { ["indicationCodeableConcept"] = concept };
            }).ToArray();

        private JsonArray Classifications() => Of<DrugClassFact>(fact => fact.Drug)
            .GroupBy(stated => (stated.Fact.Class, stated.Fact.Basis))
            .Select(group =>
            {
                var (key, basis) = group.Key;
                var extensions = new JsonArray(Extensions.Simple("classification-basis", "valueCode", basis == ClassBasis.Sentence ? "sentence" : "heading"))
                    .Then(draft.CiteAll(group.Select(stated => stated.Here)));
                return (JsonNode)new JsonObject
                {
                    ["type"] = Concepts.Text("drug class"),
                    ["classification"] = new JsonArray(draft.Concept(Canonicals.Drug, DrugCodeSystemMapper.CodeOf(key, drugs), key.Name, context.Codes)),
                }.WithExtensions(extensions);
            }).ToArray();

        private JsonArray OwnExtensions()
        {
            var extensions = new JsonArray();
            foreach (var stated in Of<MonotherapyFact>(fact => fact.Drug))
                extensions.Add(Extensions.Complex("given-alone", draft.CiteAll([stated.Here, stated.Near(stated.Fact.Modality)]),
                    Extensions.Part("value", "valueBoolean", true), Extensions.Part("modality", "valueString", stated.Fact.Modality)));
            foreach (var stated in Of<CombinesWithCategoryFact>(fact => fact.Drug))
                extensions.Add(Extensions.Complex("combines-with", draft.CiteAll([stated.Here, stated.Near(stated.Fact.Modality)]),
                    Extensions.Part("category", "valueCodeableConcept", Concepts.Of(Canonicals.TherapyCategory, stated.Fact.Category.Code, stated.Fact.Category.Display, stated.Fact.Category.Display)),
                    Extensions.Part("modality", "valueString", stated.Fact.Modality)));
            foreach (var stated in Of<RiskFact>(fact => fact.Drug))
                extensions.Add(Extensions.Complex("stated-risk", draft.CiteAll([stated.Here]),
                    Extensions.Part("event", "valueCodeableConcept", ConditionMapper.Event(draft, context, stated.Fact.Event)),
                    Extensions.Part("site", "valueString", stated.Fact.Site),
                    Extensions.Part("direction", "valueCode", stated.Fact.Direction)));
            foreach (var stated in context.Facts.Of<SideEffectFact>().Where(stated => stated.Fact.Drugs.Contains(drug.Key)))
                extensions.Add(Extensions.Complex("side-effect", draft.CiteAll([stated.Here]),
                    Extensions.Part("effect", "valueCodeableConcept", ConditionMapper.Event(draft, context, stated.Fact.Effect)),
                    Extensions.Part("frequency", "valueString", stated.Fact.Frequency)));
            foreach (var stated in Of<DrugMechanismFact>(fact => fact.Drug))
                extensions.Add(Extensions.Statement(stated.Fact.Kind, stated.Fact.Words, [draft.Cite(stated.Here)]));
            foreach (var stated in Of<UsageFact>(fact => fact.Drug))
                extensions.Add(Extensions.Statement(stated.Fact.Kind, stated.Fact.Words, [draft.Cite(stated.Here)]));
            foreach (var form in Forms().Skip(1))
                extensions.Add(Extensions.Statement("drug.form", form.Key, draft.CiteAll(form.Select(stated => stated.Here))));
            return extensions;
        }
    }
}
