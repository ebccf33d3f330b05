using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>
/// Findings, claims and survival figures as Evidence, with the EvidenceVariables R4 asks for. A claim stays a claim; a figure stays the
/// range that is written, without mean, median or interval. https://hl7.org/fhir/R4/evidence.html
/// </summary>
internal static class EvidenceMapper
{
    public static void Map(MappingContext context)
    {
        foreach (var document in context.Facts.Documents) new Writer(context, document).Write();
    }

    private sealed class Writer(MappingContext context, DocumentFacts document)
    {
        private readonly string prefix = ResearchStudyMapper.HasStudy(document) ? ResearchStudyMapper.IdOf(document) : DocumentMapper.IdOf(document.Document);

        public void Write()
        {
            foreach (var finding in document.Of<FindingFact>()) Words("finding", finding, finding.Words, finding.Certainty);
            foreach (var claim in document.Of<ClaimFact>()) Words("claim", claim, claim.Words, null);
            foreach (var survival in document.Of<SurvivalFact>()) Survival(survival);
        }

        private Citation At(Fact fact) => new(document, fact, fact.Span);

        private Stated<TFact> In<TFact>(TFact fact) where TFact : Fact => new(fact, document);

        private void Words(string kind, Fact fact, string words, string? certainty)
        {
            var id = Ids.From(prefix, kind, words);
            if (context.Find("Evidence", id) is { } present)
            {
                present.Note(At(fact));
                return;
            }

            var draft = Evidence(id, $"{prefix} {kind}", $"{(kind == "claim" ? "Claim" : "Finding")}: {words}");
            if (certainty is not null)
                draft.Json.WithExtensions([Extensions.Simple("stated-certainty", "valueString", certainty, [draft.Cite(In(fact).Near(certainty))])]);
            draft.Json
                .Set("description", kind == "claim" ? $"The document says so; it gives no figure: {words}" : words, [draft.Cite(At(fact))])
                .Set("exposureBackground", Concepts.Reference($"EvidenceVariable/{Background().Id}"));
        }

        private void Survival(SurvivalFact fact)
        {
            var id = Ids.From(prefix, fact.Measure, fact.Population ?? "", fact.Treatment ?? "");
            if (context.Find("Evidence", id) is not null) id = Ids.From(id, fact.Span.ToString());
            var years = fact.Low == fact.High ? $"{fact.Low}" : $"{fact.Low}-{fact.High}";
            var draft = Evidence(id, $"{prefix} {fact.Measure}", FormattableString.Invariant($"{fact.Measure}: {years} {fact.UnitWord}"));
            draft.Json.WithExtensions([Extensions.Simple("survival-range", "valueRange", new JsonObject
            {
                ["low"] = Quantities.Of(fact.Low, fact.Unit, fact.UnitWord),
                ["high"] = Quantities.Of(fact.High, fact.Unit, fact.UnitWord),
            }, [draft.Cite(At(fact))])]);
            if (fact.PopulationCarriedOver)
                draft.Json.WithExtensions([Extensions.Simple("population-carried-over", "valueBoolean", true, [draft.Cite(At(fact))])]);
            draft.Json
                .Set("description", $"{fact.Measure} of {years} {fact.UnitWord}. Whether mean or median is not stated.", [draft.Cite(At(fact))])
                .Set("exposureBackground", Concepts.Reference($"EvidenceVariable/{Population(fact)}"))
                .Set("outcome", new JsonArray(Concepts.Reference($"EvidenceVariable/{Outcome(fact)}")));
        }

        private Draft Evidence(string id, string name, string title)
        {
            var draft = Versioned("Evidence", id, name, title);
            draft.Json.Set("copyright", Copyright.Of([document])).Set("relatedArtifact", new JsonArray(new JsonObject
            {
                ["type"] = "derived-from",
                ["display"] = DocumentMapper.TitleOf(document),
                ["url"] = $"DocumentReference/{DocumentMapper.IdOf(document.Document)}",
            }));
            return draft;
        }

        /// <summary>Evidence and EvidenceVariable have no <c>experimental</c> in R4.</summary>
        private Draft Versioned(string type, string id, string name, string title)
        {
            var draft = context.AddArtifact(type, id, Ids.Name(name), title, "draft");
            draft.Json.Remove("experimental");
            return draft;
        }

        /// <summary>The background of findings: the disease the document is about; R4 asks for one.</summary>
        private Draft Background()
        {
            var id = Ids.From(prefix, "background");
            if (context.Find("EvidenceVariable", id) is { } present) return present;

            var draft = Versioned("EvidenceVariable", id, $"{prefix} background", $"Background of {prefix}");
            var disease = document.Of<DiseaseFact>().FirstOrDefault(fact => fact.Condition is not null);
            var characteristic = disease is null
                ? new JsonObject { ["definitionCodeableConcept"] = Concepts.Text("not stated") }
                : new JsonObject { ["definitionCodeableConcept"] = ConditionMapper.Concept(draft, context, disease.Condition!, null) }.WithExtensions([draft.Cite(In(disease).Near(disease.Condition!.Display))]);
            draft.Json.Set("characteristic", new JsonArray(characteristic));
            return draft;
        }

        private string Population(SurvivalFact fact)
        {
            if (fact.Population is null && fact.Treatment is null && fact.AgeBelow is null) return Background().Id;

            var words = string.Join(' ', new[] { fact.Treatment, fact.Population }.OfType<string>());
            var id = Ids.From(prefix, "population", words, fact.AgeBelow ?? "");
            var draft = context.Find("EvidenceVariable", id) ?? Versioned("EvidenceVariable", id, $"{prefix} population", $"Population: {words}{(fact.AgeBelow is null ? "" : $" below {fact.AgeBelow}")}");
            if (draft.Json["characteristic"] is not null)
            {
                draft.Note(At(fact));
                return id;
            }

            var characteristics = new JsonArray();
            if (words.Length > 0)
                characteristics.Add(new JsonObject { ["definitionCodeableConcept"] = Concepts.Text(words) }.WithExtensions([draft.Cite(At(fact))]));
            if (fact.AgeBelow is { } age)
                characteristics.Add(new JsonObject { ["definitionCodeableConcept"] = Concepts.Text($"age below {age}") }
                    .WithExtensions([Extensions.Simple("age-below", "valueString", age, [draft.Cite(At(fact))]), draft.Cite(At(fact))]));
            draft.Json.Set("characteristic", characteristics);
            return id;
        }

        private string Outcome(SurvivalFact fact)
        {
            var id = Ids.From(prefix, "outcome", fact.Measure);
            if (context.Find("EvidenceVariable", id) is not null) return id;

            var draft = Versioned("EvidenceVariable", id, $"{prefix} {fact.Measure}", $"Outcome: {fact.Measure}");
            draft.Json.Set("type", "continuous").Set("characteristic", new JsonArray(
                new JsonObject { ["definitionCodeableConcept"] = Concepts.Text(fact.Measure) }.WithExtensions([draft.Cite(At(fact))])));
            return id;
        }
    }
}
